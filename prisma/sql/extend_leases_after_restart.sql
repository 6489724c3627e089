-- Heartbeats commit without waiting for the disk, so a crash or a failover may have lost the last of them. The first call
-- after the database server started anew therefore gives every lease one more TTL: nothing is oversold, at worst a
-- seat is busy one TTL longer. Tells by the server's start time, kept per tenant.
CREATE OR REPLACE FUNCTION extend_leases_after_restart(p_tenant uuid, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_known timestamptz;
BEGIN
  SELECT database_started_at INTO v_known FROM tenant_state WHERE tenant_id = p_tenant;
  IF v_known = pg_postmaster_start_time() THEN RETURN; END IF;

  SELECT database_started_at INTO v_known FROM tenant_state WHERE tenant_id = p_tenant FOR UPDATE;
  IF v_known = pg_postmaster_start_time() THEN RETURN; END IF;

  IF v_known IS NOT NULL THEN
    UPDATE seat s
       SET expires_at = greatest(s.expires_at, coalesce(p_now, clock_timestamp())
                                               + make_interval(secs => (l.effective->>'leaseTtlSeconds')::integer))
      FROM pool JOIN license l ON l.tenant_id = pool.tenant_id AND l.id = pool.license_id
     WHERE s.tenant_id = p_tenant AND pool.tenant_id = p_tenant AND pool.id = s.pool_id AND s.lease_id IS NOT NULL;
  END IF;
  UPDATE tenant_state SET database_started_at = pg_postmaster_start_time() WHERE tenant_id = p_tenant;
END $$;
