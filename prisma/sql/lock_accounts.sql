-- Locks the accounts of licenses in id order, does what time has made due on them, and returns the moment to decide by.
-- A statement of the caller's own that comes after sees what others committed while this one waited.
CREATE OR REPLACE FUNCTION lock_accounts(p_tenant uuid, p_licenses uuid[], p_now timestamptz) RETURNS timestamptz
LANGUAGE plpgsql AS $$
DECLARE
  v_accounts uuid[];
  v_due_at timestamptz;
  v_now timestamptz;
BEGIN
  SELECT array_agg(id), min(due_at) INTO v_accounts, v_due_at
    FROM (SELECT id, due_at FROM account
           WHERE tenant_id = p_tenant AND license_id = ANY (p_licenses) ORDER BY id FOR NO KEY UPDATE) locked;
  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  IF v_due_at <= v_now THEN PERFORM renew_accounts(p_tenant, v_accounts, v_now); END IF;
  RETURN v_now;
END $$;
