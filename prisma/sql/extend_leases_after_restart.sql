-- Heartbeats commit without waiting for the disk, so a crash or a failover may have lost the last of them. The first call
-- after one therefore gives every lease one more TTL: nothing is oversold, at worst a seat is busy one TTL longer.
-- Tells by the epoch's row, which is gone after a crash, and the epoch the tenant's leases were last counted under. The
-- server's start time would not do: when one of its sessions is killed it recovers, and loses as much, without starting anew.
CREATE OR REPLACE FUNCTION extend_leases_after_restart(p_tenant uuid, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_known timestamptz;
  v_epoch timestamptz;
BEGIN
  SELECT s.database_started_at, e.began_at INTO v_known, v_epoch
    FROM tenant_state s LEFT JOIN database_epoch e ON true WHERE s.tenant_id = p_tenant;
  IF v_known = v_epoch THEN RETURN; END IF;

  IF v_epoch IS NULL THEN
    INSERT INTO database_epoch (began_at) VALUES (clock_timestamp()) ON CONFLICT (id) DO NOTHING;
    SELECT began_at INTO STRICT v_epoch FROM database_epoch;
  END IF;
  SELECT database_started_at INTO v_known FROM tenant_state WHERE tenant_id = p_tenant FOR UPDATE;
  IF v_known = v_epoch THEN RETURN; END IF;

  IF v_known IS NOT NULL THEN
    -- As everywhere else, pools before seats: a release that holds a pool then waits for nobody who waits for that pool.
    PERFORM 1 FROM pool WHERE tenant_id = p_tenant ORDER BY id FOR NO KEY UPDATE;
    UPDATE seat s
       SET expires_at = greatest(s.expires_at, coalesce(p_now, clock_timestamp())
                                               + make_interval(secs => (l.effective->>'leaseTtlSeconds')::integer))
      FROM pool JOIN license l ON l.tenant_id = pool.tenant_id AND l.id = pool.license_id
     WHERE s.tenant_id = p_tenant AND pool.tenant_id = p_tenant AND pool.id = s.pool_id AND s.lease_id IS NOT NULL;
  END IF;
  UPDATE tenant_state SET database_started_at = v_epoch WHERE tenant_id = p_tenant;
END $$;
