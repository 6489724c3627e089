-- Opens an account for each meter that licenses' effective rules name, and lets those there are follow the rules. Called
-- in the transaction that issues or changes licenses, which holds them locked. Another amount of period credits counts
-- from the next period on; another length of the period begins one at once.
CREATE OR REPLACE FUNCTION open_accounts(p_tenant uuid, p_licenses uuid[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_accounts uuid[];
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  INSERT INTO account (tenant_id, id, license_id, meter_id, created_at)
  SELECT p_tenant, gen_random_uuid(), l.id, m.id, v_now
    FROM license l
    CROSS JOIN LATERAL jsonb_object_keys(l.effective->'meters') AS k (code)
    JOIN meter m ON m.tenant_id = p_tenant AND m.product_id = l.product_id AND m.code = k.code
   WHERE l.tenant_id = p_tenant AND l.id = ANY (p_licenses)
   ORDER BY l.id, m.id
  ON CONFLICT (tenant_id, license_id, meter_id) DO NOTHING;

  v_accounts := ARRAY(SELECT id FROM account WHERE tenant_id = p_tenant AND license_id = ANY (p_licenses)
                       ORDER BY id FOR NO KEY UPDATE);
  -- A lower overdraft breaks nothing: what is owed beyond it stays owed, and nothing more is admitted (usage_callers).
  UPDATE account a
     SET due_at = v_now,
         overdraft = greatest(coalesce((l.effective->'meters'->m.code->>'overdraft')::bigint, 0),
                              a.reserved + a.spent - a.granted)
    FROM license l, meter m
   WHERE a.tenant_id = p_tenant AND a.id = ANY (v_accounts)
     AND l.tenant_id = p_tenant AND l.id = a.license_id AND m.tenant_id = p_tenant AND m.id = a.meter_id;
  PERFORM renew_accounts(p_tenant, v_accounts, v_now);
END $$;
