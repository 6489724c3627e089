-- The balances of a license's accounts as they are now, in one row: what time has made due is done first. `code` says
-- whether the caller may know them.
CREATE OR REPLACE FUNCTION account_balances(
  p_tenant uuid, p_now timestamptz, p_license uuid, p_activation uuid, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb, balances json)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_trust_seq integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  SELECT s.trust_seq INTO STRICT v_trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;
  IF EXISTS (SELECT FROM account a WHERE a.tenant_id = p_tenant AND a.license_id = p_license AND a.due_at <= v_now) THEN
    v_now := lock_accounts(p_tenant, ARRAY[p_license], p_now);
  END IF;
  RETURN QUERY
  WITH meters AS MATERIALIZED (
    SELECT a.id, m.code, m.unit
      FROM account a JOIN meter m ON m.tenant_id = p_tenant AND m.id = a.meter_id
     WHERE a.tenant_id = p_tenant AND a.license_id = p_license
  ), callers AS MATERIALIZED (
    -- The one without a meter stands for the caller itself, so that a license without accounts is judged too.
    SELECT u.* FROM (SELECT array_append(array_agg(m.code), NULL) AS codes FROM meters m) c
     CROSS JOIN LATERAL usage_callers(p_tenant, array_fill(p_license, ARRAY[cardinality(c.codes)]),
                                      array_fill(p_activation, ARRAY[cardinality(c.codes)]), c.codes, v_now) u
  ), listed AS (
    SELECT json_agg(json_build_object(
             'account', a.id, 'meter', m.code, 'unit', m.unit, 'entitled', u.rules IS NOT NULL, 'granted', a.granted,
             'reserved', a.reserved, 'spent', a.spent, 'balance', a.granted - a.reserved - a.spent,
             'overdraft', coalesce((u.rules->>'overdraft')::bigint, 0)) ORDER BY m.code) AS balances
      FROM meters m
      JOIN callers u ON u.account_id = m.id
      JOIN account a ON a.tenant_id = p_tenant AND a.id = m.id
  )
  SELECT v_now, v_trust_seq, u.refusal, usage_rule(u.refusal), u.facts, coalesce(listed.balances, '[]')
    FROM callers u
    CROSS JOIN listed
   ORDER BY u.caller DESC LIMIT 1;
END $$;
