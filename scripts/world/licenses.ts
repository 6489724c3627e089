import { createHash } from "node:crypto";
import type { Client } from "pg";
import { formatLicenseKey, LICENSE_KEY_DATA_LENGTH } from "#sdk/license-key.ts";
import { storedLicenseKey } from "#server/authority/license-keys.ts";
import type { TenantCipher } from "#server/trust/vault.ts";
import type { Draw } from "./draw.ts";
import { APP_VERSIONS, MACHINES, oneOf, PEOPLE, PLATFORMS } from "./names.ts";

const LICENSES_AT_ONCE = 10_000;
const DEVICES_AT_ONCE = 100_000;

/** The key of a world's license: whoever knows the seed knows it. */
export function worldLicenseKey(seed: number, prefix: string, number: number): string {
  const bytes = createHash("sha256").update(`${seed}/license-key/${number}`).digest();
  return formatLicenseKey(
    prefix,
    bytes.subarray(0, LICENSE_KEY_DATA_LENGTH).map((byte) => byte & 31),
  );
}

/** Writes the licenses that are planned, with real keys: hashed and sealed as issued ones are. */
export async function storeLicenses(
  owner: Client,
  cipher: TenantCipher,
  { seed, licenses, until }: { readonly seed: number; readonly licenses: number; readonly until: Date },
): Promise<void> {
  for (let from = 0; from < licenses; from += LICENSES_AT_ONCE) {
    const to = Math.min(licenses, from + LICENSES_AT_ONCE);
    const { rows } = await owner.query<{ n: number; prefix: string }>(
      `SELECT l.n, p.key_prefix AS prefix FROM world_license l JOIN world_policy p ON p.number = l.policy
        WHERE l.n >= $1 AND l.n < $2 ORDER BY l.n`,
      [from, to],
    );
    const keys = rows.map(({ n, prefix }) => storedLicenseKey(worldLicenseKey(seed, prefix, n), cipher));
    await owner.query(
      `INSERT INTO license (tenant_id, id, customer_id, product_id, policy_id, policy_version_id, key_hash, key_cipher, key_hint,
         status_index, overrides, effective, issued_at, valid_from, expires_at, grace_until, first_activated_at, suspended_at,
         revoked_at, updated_at, announced_status, activations_max, activations_ceiling, activation_count)
       SELECT current_setting('signet.tenant_id')::uuid, l.id, l.customer_id, p.product_id, p.policy_id, p.version_ids[l.version],
              k.hash, k.cipher, k.hint, l.n, l.overrides, e.effective, l.issued_at, t.valid_from, t.expires_at, t.grace_until,
              t.first_activated_at, l.suspended_at, l.revoked_at,
              greatest(l.issued_at, t.valid_from, l.suspended_at, l.revoked_at),
              license_status(t.valid_from, t.expires_at, t.grace_until, l.suspended_at, l.revoked_at, $4::timestamptz),
              m.most, m.most, t.live
         FROM unnest($1::integer[], $2::bytea[], $3::bytea[], $5::text[]) AS k (n, hash, cipher, hint)
         JOIN world_license l ON l.n = k.n JOIN world_times t ON t.n = k.n JOIN world_policy p ON p.number = l.policy
        CROSS JOIN LATERAL (SELECT p.rules[l.version] || l.overrides AS effective) AS e
        CROSS JOIN LATERAL (SELECT (e.effective->>'activationsMax')::integer AS most) AS m
        ORDER BY k.n`,
      [
        rows.map(({ n }) => n),
        keys.map(({ keyHash }) => keyHash),
        keys.map(({ keyCipher }) => keyCipher),
        until,
        keys.map(({ keyHint }) => keyHint),
      ],
    );
  }
  await owner.query(
    `INSERT INTO revocation (tenant_id, kind, subject_id, reason, revoked_at)
     SELECT current_setting('signet.tenant_id')::uuid, 'license', id, 'charged back', revoked_at
       FROM world_license WHERE revoked_at IS NOT NULL ORDER BY n`,
  );
  await owner.query(
    "UPDATE tenant_state SET next_status_index = $1 WHERE tenant_id = current_setting('signet.tenant_id')::uuid",
    [licenses],
  );
}

/** Writes the devices that are planned; returns how many. */
export async function storeDevices(owner: Client, draw: Draw, until: Date): Promise<number> {
  const { rows } = await owner.query<{ count: number }>(
    "SELECT count(*)::integer AS count FROM world_device",
  );
  const count = rows[0]?.count ?? 0;
  const number = (words: readonly string[], what: string) =>
    oneOf(words, draw.below(words.length, what, "d.key"));
  const digest = (what: string) => draw.digest(what, "d.key");
  for (let from = 0; from < count; from += DEVICES_AT_ONCE) {
    await owner.query(
      `INSERT INTO activation (tenant_id, id, license_id, fingerprint, components, live_fingerprint, device_thumbprint, name,
         platform, app_version, sdk_version, created_at, last_seen_at, deactivated_at)
       SELECT current_setting('signet.tenant_id')::uuid, d.id, l.id, f.fingerprint,
              ARRAY['cpu=' || ${digest("cpu")}, 'disk=' || ${digest("disk")}, 'machine=' || ${digest("machine")}],
              CASE WHEN d.deactivated_at IS NULL THEN f.fingerprint END, ${digest("thumbprint")},
              ${number(PEOPLE, "person")} || '-' || ${number(MACHINES, "machine")} || '-' || ${draw.below(90, "which", "d.key")} + 10,
              ${number(PLATFORMS, "platform")}, ${number(APP_VERSIONS, "version")}, '1.0.0', d.created_at,
              coalesce(d.deactivated_at, date_trunc('milliseconds',
                d.created_at + ($3::timestamptz - d.created_at) * sqrt(${draw.unit("seen", "d.key")}))),
              d.deactivated_at
         FROM world_device d JOIN world_license l ON l.n = d.license
        CROSS JOIN LATERAL (SELECT ${digest("fingerprint")} AS fingerprint) AS f
        WHERE d.d >= $1 AND d.d < $2 ORDER BY d.d`,
      [from, from + DEVICES_AT_ONCE, until],
    );
  }
  return count;
}
