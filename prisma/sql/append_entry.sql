-- Appends one line to the ledger of an account that the caller has locked, and moves the projection with it.
CREATE OR REPLACE FUNCTION append_entry(
  p_tenant uuid, p_account uuid, p_kind ledger_kind, p_granted bigint, p_spent bigint, p_reference text, p_event text,
  p_reason text, p_correlation text, p_now timestamptz
) RETURNS TABLE (entry bigint, balance bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH moved AS (
    UPDATE account a
       SET granted = a.granted + p_granted, spent = a.spent + p_spent, entry_count = a.entry_count + 1
     WHERE a.tenant_id = p_tenant AND a.id = p_account
    RETURNING a.entry_count, a.granted - a.reserved - a.spent AS balance
  )
  INSERT INTO ledger_entry (tenant_id, account_id, entry, kind, granted, spent, balance, event_id, reference, reason,
                            correlation_id, recorded_at)
  SELECT p_tenant, p_account, m.entry_count, p_kind, p_granted, p_spent, m.balance, p_event, p_reference, p_reason,
         p_correlation, p_now
    FROM moved m
  RETURNING entry, balance;
END $$;
