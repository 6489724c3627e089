import type { Client } from "pg";
import { contradictions, DEFAULT_RULES, type PolicyRules } from "#server/domain/policy.ts";
import type { Draw } from "./draw.ts";

type FeatureKind = "flag" | "limit" | "value";

interface WorldPolicy {
  readonly code: string;
  readonly name: string;
  /** How many of a hundred licenses are under it. */
  readonly share: number;
  readonly rules: PolicyRules;
}

interface WorldProduct {
  readonly code: string;
  readonly name: string;
  readonly keyPrefix: string;
  readonly features: readonly { readonly code: string; readonly name: string; readonly kind: FeatureKind }[];
  readonly meters: readonly { readonly code: string; readonly name: string; readonly unit: string }[];
  readonly policies: readonly WorldPolicy[];
}

const ANNUAL = { type: "subscription", durationDays: 365, graceDays: 14 } as const;
const FLOATING = { ...ANNUAL, leaseTtlSeconds: 300, heartbeatSeconds: 60, activationsMax: null } as const;

function policy(code: string, name: string, share: number, rules: Partial<PolicyRules>): WorldPolicy {
  return { code, name, share, rules: { ...DEFAULT_RULES, ...rules } };
}

const PRODUCTS: readonly WorldProduct[] = [
  {
    code: "lumen-studio",
    name: "Lumen Studio",
    keyPrefix: "LUMN",
    features: [
      { code: "export-4k", name: "4K export", kind: "flag" },
      { code: "projects-max", name: "Projects", kind: "limit" },
      { code: "support-tier", name: "Support tier", kind: "value" },
    ],
    meters: [],
    policies: [
      policy("studio-annual", "Studio annual", 30, {
        ...ANNUAL,
        activationsMax: 3,
        features: { "export-4k": true, "projects-max": 50, "support-tier": "priority" },
      }),
      policy("studio-perpetual", "Studio perpetual", 20, {
        features: { "export-4k": true, "projects-max": 50, "support-tier": "community" },
      }),
      policy("studio-trial", "Studio trial", 15, {
        type: "trial",
        durationDays: 14,
        validFrom: "first_activation",
        features: { "export-4k": false, "projects-max": 3, "support-tier": "community" },
      }),
    ],
  },
  {
    code: "strata-cad",
    name: "Strata CAD",
    keyPrefix: "STRA",
    features: [{ code: "simulation", name: "Simulation", kind: "flag" }],
    meters: [],
    policies: [
      policy("strata-team", "Strata team", 12, {
        activationsMax: 5,
        offlineAllowed: true,
        offlineDaysMax: 90,
      }),
      policy("strata-floating", "Strata floating", 4, {
        ...FLOATING,
        seats: 10,
        features: { simulation: true },
      }),
      policy("strata-campus", "Strata campus", 1, { ...FLOATING, seats: 25, features: { simulation: true } }),
    ],
  },
  {
    code: "harbor-api",
    name: "Harbor API",
    keyPrefix: "HRBR",
    features: [{ code: "region", name: "Region", kind: "value" }],
    meters: [{ code: "calls", name: "Calls", unit: "calls" }],
    policies: [
      policy("harbor-metered", "Harbor metered", 6, {
        ...ANNUAL,
        activationsMax: 4,
        features: { region: "eu" },
        meters: {
          calls: {
            periodCredits: 0,
            period: "none",
            overdraft: 0,
            ticketTtlSeconds: 3_600,
            ticketAmountMax: null,
          },
        },
      }),
      policy("harbor-enterprise", "Harbor enterprise", 12, { ...ANNUAL, activationsMax: null }),
    ],
  },
];

/**
 * Stores products, features, meters and policies, each policy with two versions, and leaves them in the temporary table
 * `world_policy` for what is made of them.
 */
export async function storeCatalog(
  owner: Client,
  draw: Draw,
  at: { readonly begin: Date; readonly secondVersion: Date },
): Promise<void> {
  await owner.query(`CREATE TEMP TABLE world_policy (
    number integer, low double precision, high double precision, product_code text, product_id uuid, key_prefix text,
    policy_id uuid, policy_code text, version_ids uuid[], rules jsonb[], meter_id uuid)`);
  const begin = "$1::timestamptz";
  let number = 0;
  let low = 0;
  for (const [place, product] of PRODUCTS.entries()) {
    const productId = draw.id("product", String(place), begin);
    await owner.query(
      `INSERT INTO product (tenant_id, id, code, name, key_prefix, created_at)
       VALUES (current_setting('signet.tenant_id')::uuid, ${productId}, $2, $3, $4, $1)`,
      [at.begin, product.code, product.name, product.keyPrefix],
    );
    for (const [index, { code, name, kind }] of product.features.entries()) {
      await owner.query(
        `INSERT INTO feature (tenant_id, id, product_id, code, name, kind, created_at)
         VALUES (current_setting('signet.tenant_id')::uuid, ${draw.id("feature", String(place * 100 + index), begin)},
                 ${productId}, $2, $3, $4::feature_kind, $1)`,
        [at.begin, code, name, kind],
      );
    }
    for (const { code, name, unit } of product.meters) {
      await owner.query(
        `INSERT INTO meter (tenant_id, id, product_id, code, name, unit, created_at)
         VALUES (current_setting('signet.tenant_id')::uuid, ${draw.id("meter", String(place), begin)}, ${productId}, $2, $3, $4, $1)`,
        [at.begin, code, name, unit],
      );
    }
    for (const { code, name, share, rules } of product.policies) {
      refuseContradictions(product, code, rules);
      const second = "$2::timestamptz";
      const [policyId, first, next] = [
        draw.id("policy", String(number), begin),
        draw.id("version", String(number), begin),
        draw.id("second-version", String(number), second),
      ];
      await owner.query(
        `WITH made AS (
           INSERT INTO policy (tenant_id, id, product_id, code, name, created_at, updated_at)
           VALUES (current_setting('signet.tenant_id')::uuid, ${policyId}, ${productId}, $3, $4, $1, $2))
         INSERT INTO world_policy VALUES ($5, $6, $7, $8, ${productId}, $9, ${policyId}, $3, ARRAY[${first}, ${next}],
           ARRAY[$10::jsonb, $11::jsonb], ${product.meters.length === 0 ? "NULL" : draw.id("meter", String(place), begin)})`,
        [
          at.begin,
          at.secondVersion,
          code,
          name,
          number,
          low / 100,
          (low + share) / 100,
          product.code,
          product.keyPrefix,
          JSON.stringify(rules),
          JSON.stringify({ ...rules, activationTokenTtlSeconds: 7 * 86_400 }),
        ],
      );
      number += 1;
      low += share;
    }
  }
  await owner.query(
    `INSERT INTO policy_version (tenant_id, id, policy_id, number, rules, published_at)
     SELECT current_setting('signet.tenant_id')::uuid, version_ids[v], policy_id, v, rules[v],
            CASE v WHEN 1 THEN $1::timestamptz ELSE $2::timestamptz END
       FROM world_policy, generate_series(1, 2) AS v ORDER BY v, number`,
    [at.begin, at.secondVersion],
  );
}

function refuseContradictions(product: WorldProduct, code: string, rules: PolicyRules): void {
  const features = Object.fromEntries(product.features.map((feature) => [feature.code, feature.kind]));
  const meters = product.meters.map((meter) => meter.code);
  const [wrong] = contradictions(rules, { features, meters });
  if (wrong !== undefined) throw new Error(`The world's policy ${code}: ${wrong.pointer} ${wrong.message}`);
}
