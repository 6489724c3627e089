-- Of one tenant, after a backup was put in the place of what went on after it: leases that were given out since are not known here.
-- Until the last of them must have run out, one TTL, every seat that looks free is held by a lease of its own, which the
-- vendor may end sooner by hand, and every known lease is as long as if it had been renewed now. Fences go on above any that
-- can have been given out. Never oversold; at worst a seat is busy one TTL longer. What was borrowed since, for days, is unknown.
CREATE OR REPLACE FUNCTION fence_after_restore(p_tenant uuid, p_now timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_held integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  PERFORM 1 FROM pool WHERE tenant_id = p_tenant ORDER BY id FOR NO KEY UPDATE;

  UPDATE seat SET fence_floor = greatest(fence, fence_floor) + 1000000 WHERE tenant_id = p_tenant;
  UPDATE seat s
     SET expires_at = greatest(s.expires_at, v_now + make_interval(secs => (l.effective->>'leaseTtlSeconds')::integer))
    FROM pool p JOIN license l ON l.tenant_id = p_tenant AND l.id = p.license_id
   WHERE s.tenant_id = p_tenant AND p.tenant_id = p_tenant AND p.id = s.pool_id AND s.lease_id IS NOT NULL;

  WITH held AS (
    UPDATE seat s
       SET fence = s.fence_floor, lease_id = gen_random_uuid(), holder = '(restored from a backup)',
           expires_at = v_now + make_interval(secs => (l.effective->>'leaseTtlSeconds')::integer)
      FROM pool p JOIN license l ON l.tenant_id = p_tenant AND l.id = p.license_id
     WHERE s.tenant_id = p_tenant AND p.tenant_id = p_tenant AND p.id = s.pool_id AND s.lease_id IS NULL AND s.in_service
       AND license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now) IS NULL
    RETURNING s.pool_id, s.slot, s.fence, s.lease_id, s.holder, s.overage
  )
  INSERT INTO lease (tenant_id, id, pool_id, slot, fence, holder, overage, borrowed, granted_at)
  SELECT p_tenant, lease_id, pool_id, slot, fence, holder, overage, false, date_trunc('milliseconds', v_now) FROM held;
  GET DIAGNOSTICS v_held = ROW_COUNT;
  RETURN v_held;
END $$;
