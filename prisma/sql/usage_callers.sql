-- Who asks for what: for each (license, activation or null, meter) the account, what it may still spend, and why not.
-- Read after the accounts were locked. `refusal` concerns the caller, and so everything it asks for; an account the
-- license's rules do not name has no `available`.
CREATE OR REPLACE FUNCTION usage_callers(
  p_tenant uuid, p_licenses uuid[], p_activations uuid[], p_meters text[], p_now timestamptz
) RETURNS TABLE (
  caller bigint, refusal text, facts jsonb, product text, status_index integer, policy_version_id uuid, account_id uuid,
  rules jsonb, balance bigint, available bigint, entry_count bigint, trust_seq integer
) LANGUAGE sql STABLE AS $$
  SELECT c.caller, r.refusal,
         CASE WHEN r.refusal IS NOT NULL
              THEN jsonb_strip_nulls(jsonb_build_object('expiresAt', l.expires_at, 'graceUntil', l.grace_until)) END,
         (SELECT p.code FROM product p WHERE p.tenant_id = p_tenant AND p.id = l.product_id),
         l.status_index, l.policy_version_id, a.id, r.rules, a.balance, a.balance + (r.rules->>'overdraft')::bigint,
         a.entry_count, (SELECT s.trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant)
    FROM unnest(p_licenses, p_activations, p_meters) WITH ORDINALITY AS c (license_id, activation_id, meter, caller)
    LEFT JOIN LATERAL (
      SELECT x.id, x.product_id, x.policy_version_id, x.status_index, x.effective, x.valid_from, x.expires_at, x.grace_until,
             x.suspended_at, x.revoked_at
        FROM license x WHERE x.tenant_id = p_tenant AND x.id = c.license_id LIMIT 1) l ON true
    LEFT JOIN LATERAL (
      SELECT x.id, x.deactivated_at, x.revoked_at FROM activation x
       WHERE x.tenant_id = p_tenant AND x.id = c.activation_id AND x.license_id = l.id LIMIT 1) d ON true
    LEFT JOIN LATERAL (
      SELECT x.id, x.granted - x.reserved - x.spent AS balance, x.entry_count FROM account x
       WHERE x.tenant_id = p_tenant AND x.license_id = l.id AND x.meter_id = (
         SELECT m.id FROM meter m WHERE m.tenant_id = p_tenant AND m.product_id = l.product_id AND m.code = c.meter)
       LIMIT 1) a ON true
    CROSS JOIN LATERAL (
      SELECT l.effective->'meters'->c.meter AS rules,
             CASE WHEN (SELECT t.suspended_at FROM tenant t WHERE t.id = p_tenant) IS NOT NULL THEN 'tenant_suspended'
                  WHEN l.id IS NULL THEN 'license_not_found'
                  WHEN c.activation_id IS NOT NULL AND (d.id IS NULL OR d.deactivated_at IS NOT NULL) THEN 'activation_not_found'
                  WHEN d.revoked_at IS NOT NULL THEN 'activation_revoked'
                  ELSE license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, p_now) END AS refusal) r
$$;
