-- Does what time has made due on accounts that nobody came to, at most p_limit a call; returns how many. Afterwards none
-- of them is due, so calling it until it returns less comes to an end.
CREATE OR REPLACE FUNCTION expire_credits(p_tenant uuid, p_now timestamptz, p_limit integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_accounts uuid[];
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_accounts := ARRAY(SELECT id FROM account WHERE tenant_id = p_tenant AND due_at <= v_now ORDER BY due_at LIMIT p_limit);
  PERFORM 1 FROM account WHERE tenant_id = p_tenant AND id = ANY (v_accounts) ORDER BY id FOR NO KEY UPDATE;
  PERFORM renew_accounts(p_tenant, v_accounts, v_now);
  RETURN cardinality(v_accounts);
END $$;
