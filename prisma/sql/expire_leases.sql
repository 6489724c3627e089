-- Announces leases that time has already ended: frees their slots, ends their history, leaves an event each. At most
-- p_limit a call; returns how many. Nothing depends on it: a checkout takes such a slot by itself.
CREATE OR REPLACE FUNCTION expire_leases(p_tenant uuid, p_now timestamptz, p_limit integer)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_count integer;
  v_pools uuid[];
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  PERFORM extend_leases_after_restart(p_tenant, p_now);
  -- Only as many pools as the limit needs are made to wait.
  v_pools := ARRAY(SELECT DISTINCT due.pool_id FROM (
    SELECT pool_id FROM seat WHERE tenant_id = p_tenant AND lease_id IS NOT NULL AND expires_at < v_now
     ORDER BY pool_id, slot LIMIT p_limit) AS due);
  PERFORM 1 FROM pool WHERE tenant_id = p_tenant AND id = ANY (v_pools) ORDER BY id FOR NO KEY UPDATE;

  WITH due AS MATERIALIZED (
    SELECT s.pool_id, s.slot, s.lease_id, s.expires_at, s.activation_id, s.holder, pool.license_id
      FROM seat s JOIN pool ON pool.tenant_id = p_tenant AND pool.id = s.pool_id
     WHERE s.tenant_id = p_tenant AND s.pool_id = ANY (v_pools) AND s.lease_id IS NOT NULL AND s.expires_at < v_now
     ORDER BY s.pool_id, s.slot LIMIT p_limit
  ), freed AS (
    UPDATE seat s SET lease_id = NULL, activation_id = NULL, holder = NULL, borrowed = false, expires_at = NULL
      FROM due WHERE s.tenant_id = p_tenant AND s.pool_id = due.pool_id AND s.slot = due.slot
  ), ended AS (
    UPDATE lease x SET ended = 'expired', ended_at = due.expires_at
      FROM due WHERE x.tenant_id = p_tenant AND x.id = due.lease_id AND x.ended IS NULL
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, facts, license_id, activation_id, correlation_id)
    SELECT p_tenant, gen_random_uuid(), v_now, 'lease_expired', 'granted',
           jsonb_build_object('slot', due.slot, 'holder', due.holder, 'expiredAt', due.expires_at),
           due.license_id, due.activation_id, 'cor_lease_expiry'
      FROM due
  )
  SELECT count(*) INTO v_count FROM due;
  RETURN v_count;
END $$;
