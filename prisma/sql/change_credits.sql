-- What the vendor does to an account by hand: `grant` adds credits, `refund` gives back what a usage event or a settled
-- ticket cost, `adjust` corrects the balance either way. One row; `code` says why not.
--
-- A charge is refunded once, wholly or in part. Credits given back belong to no grant (burn_down_grants): they are spent
-- first and never expire. An adjustment downwards counts as spent, so that grants pay for it in their order.
CREATE OR REPLACE FUNCTION change_credits(
  p_tenant uuid, p_now timestamptz, p_license uuid, p_meter text, p_kind ledger_kind, p_amount bigint,
  p_grant uuid, p_grant_kind grant_kind, p_priority integer, p_expires_at timestamptz,
  p_event text, p_ticket text, p_reason text, p_correlation text
) RETURNS TABLE (code text, account_id uuid, entry bigint, balance bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_account uuid;
  v_balance bigint;
  v_overdraft bigint;
  v_charged bigint;
  v_granted bigint := CASE WHEN p_kind = 'refund' OR p_amount < 0 THEN 0 ELSE p_amount END;
  v_spent bigint := CASE WHEN p_kind = 'refund' THEN -p_amount ELSE least(0, p_amount) * -1 END;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_now := lock_accounts(p_tenant, ARRAY[p_license], p_now);
  SELECT a.id, a.granted - a.reserved - a.spent, coalesce((l.effective->'meters'->m.code->>'overdraft')::bigint, 0)
    INTO v_account, v_balance, v_overdraft
    FROM account a
    JOIN license l ON l.tenant_id = p_tenant AND l.id = a.license_id
    JOIN meter m ON m.tenant_id = p_tenant AND m.id = a.meter_id
   WHERE a.tenant_id = p_tenant AND a.license_id = p_license AND m.code = p_meter;
  IF v_account IS NULL THEN
    RETURN QUERY SELECT 'meter_not_entitled', NULL::uuid, NULL::bigint, NULL::bigint;
    RETURN;
  END IF;
  IF p_amount < 0 AND v_balance + p_amount < -v_overdraft THEN
    RETURN QUERY SELECT 'insufficient_credits', v_account, NULL::bigint, v_balance;
    RETURN;
  END IF;

  IF p_kind = 'refund' THEN
    IF p_ticket IS NOT NULL THEN
      UPDATE ticket k SET refunded = p_amount
       WHERE k.tenant_id = p_tenant AND k.id = p_ticket AND k.account_id = v_account AND k.refunded = 0 AND k.used >= p_amount
      RETURNING k.used INTO v_charged;
    ELSE
      SELECT k.spent INTO v_charged FROM ledger_entry k
       WHERE k.tenant_id = p_tenant AND k.event_id = p_event AND k.kind = 'debit' AND k.account_id = v_account
         AND k.spent >= p_amount AND NOT EXISTS (
           SELECT FROM ledger_entry x WHERE x.tenant_id = p_tenant AND x.event_id = p_event AND x.kind = 'refund');
    END IF;
    IF v_charged IS NULL THEN
      RETURN QUERY SELECT 'not_found', v_account, NULL::bigint, v_balance;
      RETURN;
    END IF;
  END IF;

  PERFORM burn_down_grants(p_tenant, v_account);
  IF p_kind = 'grant' THEN
    INSERT INTO "grant" (tenant_id, id, account_id, kind, amount, remaining, priority, created_at, expires_at)
    VALUES (p_tenant, p_grant, v_account, p_grant_kind, p_amount, p_amount, p_priority, v_now, p_expires_at);
    UPDATE account a SET due_at = least(a.due_at, p_expires_at) WHERE a.tenant_id = p_tenant AND a.id = v_account;
  END IF;
  RETURN QUERY
  SELECT NULL::text, v_account, e.entry, e.balance
    FROM append_entry(p_tenant, v_account, p_kind, v_granted, v_spent, coalesce(p_grant::text, p_ticket), p_event, p_reason,
                      p_correlation, v_now) e;
END $$;
