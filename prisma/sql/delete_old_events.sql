-- Deletes up to p_limit decisions, and up to as many leases that ended, of more than p_days ago; returns how many. Nothing
-- else that the application may only append to can be deleted, and this neither before a month has passed nor before the
-- figures of that day are final, which are computed from the whole of it (roll_up_hour). It runs as its owner, who alone may delete here and whom row-level
-- security may not bind: hence the tenant in each condition.
CREATE OR REPLACE FUNCTION delete_old_events(p_tenant uuid, p_now timestamptz, p_days integer, p_limit integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_before timestamptz := coalesce(p_now, clock_timestamp()) - make_interval(days => greatest(p_days, 31));
  v_events integer;
  v_leases integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_before := least(v_before, (SELECT date_trunc('day', w.complete_until, 'UTC') FROM rollup_watermark w WHERE w.tenant_id = p_tenant));
  IF NOT EXISTS (SELECT FROM rollup_watermark w WHERE w.tenant_id = p_tenant) THEN RETURN 0; END IF;
  DELETE FROM runtime_event e
   WHERE e.tenant_id = p_tenant AND e.id = ANY (ARRAY(
     SELECT o.id FROM runtime_event o WHERE o.tenant_id = p_tenant AND o.at < v_before ORDER BY o.at LIMIT p_limit));
  GET DIAGNOSTICS v_events = ROW_COUNT;
  DELETE FROM lease x
   WHERE x.tenant_id = p_tenant AND x.id = ANY (ARRAY(
     SELECT o.id FROM lease o WHERE o.tenant_id = p_tenant AND o.granted_at < v_before AND o.ended_at < v_before LIMIT p_limit));
  GET DIAGNOSTICS v_leases = ROW_COUNT;
  RETURN v_events + v_leases;
END $$;
REVOKE EXECUTE ON FUNCTION delete_old_events FROM PUBLIC;
