-- Forgets what the scenario lab has recorded of runs that ended; returns how many. Nothing else can be deleted by it. It runs as
-- its owner, who alone may delete here and whom row-level security may not bind: hence the tenant in the condition.
CREATE OR REPLACE FUNCTION forget_lab_runs(p_tenant uuid)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_runs integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  DELETE FROM lab_run r WHERE r.tenant_id = p_tenant AND r.ended_at IS NOT NULL;
  GET DIAGNOSTICS v_runs = ROW_COUNT;
  RETURN v_runs;
END $$;
REVOKE EXECUTE ON FUNCTION forget_lab_runs FROM PUBLIC;
