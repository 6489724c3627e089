import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseLicenseKey } from "#sdk/license-key.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import { createLicense, createRuntime, createTenant, type Runtime } from "#server/testing/fixtures.ts";
import { type ActivateItem, type ActivateRow, createActivationsStore } from "./activations-store.ts";

let testDatabase: TestDatabase;
let runtime: Runtime;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

type Match = PolicyRules["fingerprintMatch"];
/** One value for each of three components. */
type Device = readonly [number, number, number];

type Step =
  /** One batch, decided in this order. */
  | { readonly kind: "activate"; readonly devices: readonly Device[] }
  /** The activations made so far, live or not, are numbered from 0. */
  | { readonly kind: "deactivate" | "refresh"; readonly which: number }
  | { readonly kind: "suspend" | "reinstate" };

interface Live {
  readonly id: string;
  fingerprint: string;
  components: readonly string[];
}

/** A license as it should be kept: what devices it counts, and what becomes of each request. */
class Model {
  readonly made: string[] = [];
  live: Live[] = [];
  isSuspended = false;
  readonly #max: number;
  readonly #match: Match;

  constructor(max: number, match: Match) {
    this.#max = max;
    this.#match = match;
  }

  #required(components: number): number {
    if (this.#match === "any") return 1;
    if (this.#match === "most") return Math.floor(components / 2) + 1;
    return this.#match === "all" ? components : Math.min(this.#match.atLeast, components);
  }

  #known({ fingerprint, components }: ActivateItem): Live | undefined {
    const exact = this.live.find((each) => each.fingerprint === fingerprint);
    if (exact !== undefined || this.#match === "all") return exact;
    const shared = (each: Live) => each.components.filter((one) => components.includes(one)).length;
    const alike = this.live.filter((each) => shared(each) >= this.#required(components.length));
    // The one most alike; of equals the first that was made.
    return alike.reduce<Live | undefined>(
      (best, each) => (best === undefined || shared(each) > shared(best) ? each : best),
      undefined,
    );
  }

  activate(item: ActivateItem): string {
    if (this.isSuspended) return "license_suspended";
    const known = this.#known(item);
    if (known !== undefined) {
      known.fingerprint = item.fingerprint;
      known.components = item.components;
      return `known ${this.made.indexOf(known.id)}`;
    }
    if (this.live.length >= this.#max) return "activation_limit_reached";
    this.live.push({ id: item.id, fingerprint: item.fingerprint, components: item.components });
    this.made.push(item.id);
    return `new ${this.made.length - 1}`;
  }

  deactivate(id: string): void {
    this.live = this.live.filter((each) => each.id !== id);
  }

  refresh(id: string): string {
    if (!this.live.some((each) => each.id === id)) return "activation_not_found";
    return this.isSuspended ? "license_suspended" : "granted";
  }
}

const device: fc.Arbitrary<Device> = fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("activate" as const),
      devices: fc.array(device, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("deactivate" as const, "refresh" as const),
      which: fc.nat(7),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("suspend" as const, "reinstate" as const) }) },
);
const match = fc.constantFrom<Match>("all", "most", "any", { atLeast: 2 });

test("however devices come, go and change in batches, each is decided as one after the other would be, and counted once", async () => {
  const tenant = await createTenant(runtime);
  const { tenantId } = tenant;
  const store = createActivationsStore(runtime.database.pool, runtime.clock);
  const cipher = await runtime.vault.cipher(tenantId);

  /** A batch that cannot be decided at once is decided item by item, as the batcher does. */
  async function decide(items: readonly ActivateItem[]): Promise<readonly ActivateRow[]> {
    try {
      return await store.activate(tenantId, items);
    } catch (error) {
      if (items.length === 1 || !(error instanceof Error) || !error.message.includes("one after the other"))
        throw error;
      const rows: ActivateRow[] = [];
      for (const item of items) rows.push(...(await store.activate(tenantId, [item])));
      return rows;
    }
  }

  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      match,
      fc.array(step, { minLength: 3, maxLength: 14 }),
      async (activationsMax, fingerprintMatch, steps) => {
        const license = await createLicense(runtime, tenant, { activationsMax, fingerprintMatch });
        const parsed = parseLicenseKey(license.licenseKey);
        if (!parsed.ok) throw new Error(parsed.reason);
        const keyHash = cipher.keyedHash("license-key", parsed.body).toString("hex");
        const model = new Model(activationsMax, fingerprintMatch);
        const where = { tenantId_id: { tenantId, id: license.id } };

        for (const each of steps) {
          const id = "which" in each ? model.made[each.which] : undefined;
          switch (each.kind) {
            case "activate": {
              const items = each.devices.map((parts) => itemOf(parts, keyHash));
              const expected = items.map((item) => model.activate(item));
              const rows = await decide(items);
              expect(
                rows.map(
                  ({ code, created, activation_id }) =>
                    code ?? `${created ? "new" : "known"} ${model.made.indexOf(activation_id ?? "")}`,
                ),
              ).toEqual(expected);
              break;
            }
            case "deactivate":
              if (id === undefined) break;
              expect(
                await codeOf(
                  runtime.activations.deactivate(tenantId, {
                    activationId: id,
                    correlationId: "cor_model",
                    byVendor: true,
                  }),
                ),
              ).toBe("granted");
              model.deactivate(id);
              break;
            case "refresh":
              if (id === undefined) break;
              expect(
                await codeOf(
                  runtime.activations.refresh(tenantId, {
                    activationId: id,
                    nonce: "n".repeat(16),
                    requestHash: "r".repeat(43),
                    correlationId: "cor_model",
                  }),
                ),
              ).toBe(model.refresh(id));
              break;
            default: {
              const suspendedAt = each.kind === "suspend" ? runtime.clock.now() : null;
              await runtime.database.withTenant(tenantId, (tx) =>
                tx.license.update({ where, data: { suspendedAt } }),
              );
              model.isSuspended = suspendedAt !== null;
            }
          }
        }
        const [{ activationCount }, live] = await runtime.database.withTenant(
          tenantId,
          async (tx) =>
            [
              await tx.license.findUniqueOrThrow({ where }),
              await tx.activation.findMany({
                where: { tenantId, licenseId: license.id, liveFingerprint: { not: null } },
              }),
            ] as const,
        );
        expect(activationCount).toBe(model.live.length);
        expect(live.map(({ id, fingerprint }) => [id, fingerprint]).sort()).toEqual(
          model.live.map(({ id, fingerprint }) => [id, fingerprint]).sort(),
        );
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

function itemOf(parts: Device, keyHash: string): ActivateItem {
  return {
    key_hash: keyHash,
    product: "renderer",
    id: newUuid(),
    event_id: newUuid(),
    fingerprint: parts.join("-"),
    components: parts.map((value, index) => `part${index}=${value}`),
    thumbprint: "thumbprint",
    name: undefined,
    platform: undefined,
    app_version: undefined,
    sdk_version: undefined,
    correlation_id: "cor_model",
  };
}

async function codeOf(
  decision: Promise<{ readonly outcome: "granted" } | { readonly outcome: "denied"; readonly code: string }>,
) {
  const decided = await decision;
  return decided.outcome === "denied" ? decided.code : "granted";
}
