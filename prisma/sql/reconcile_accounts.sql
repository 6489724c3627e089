-- Compares the next accounts with what they are projections of: as many as have about p_rows ledger entries, at least one.
-- One statement sees one snapshot, in which an account and its entries were written together: traffic is never drift.
-- Answers with the last account looked at (null: there was none after p_after) and the incidents that begin here.
CREATE OR REPLACE FUNCTION reconcile_accounts(p_tenant uuid, p_now timestamptz, p_after uuid, p_rows integer)
RETURNS TABLE (last_id uuid, checked integer, begun jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_page uuid[];
  v_drift jsonb;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_page := ARRAY(
    SELECT a.id FROM (
      SELECT n.id, sum(n.entry_count) OVER (ORDER BY n.id) - n.entry_count AS rows_before
        FROM (SELECT id, entry_count FROM account
               WHERE tenant_id = p_tenant AND id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
               ORDER BY id LIMIT 500) n) a
     WHERE a.rows_before < p_rows ORDER BY a.id);
  IF cardinality(v_page) = 0 THEN RETURN QUERY SELECT NULL::uuid, 0, '[]'::jsonb; RETURN; END IF;

  WITH lines AS (
    SELECT e.account_id, e.entry, e.kind, e.granted, e.reserved, e.spent,
           e.entry = row_number() OVER own AND e.balance = sum(e.granted - e.reserved - e.spent) OVER own AS is_sound
      FROM ledger_entry e WHERE e.tenant_id = p_tenant AND e.account_id = ANY (v_page)
    WINDOW own AS (PARTITION BY e.account_id ORDER BY e.entry)
  ), ledger AS (
    SELECT account_id, count(*) AS entries, sum(granted) AS granted, sum(reserved) AS reserved, sum(spent) AS spent,
           coalesce(sum(granted) FILTER (WHERE kind = 'grant'), 0) AS given,
           count(*) FILTER (WHERE NOT is_sound) AS unsound, min(entry) FILTER (WHERE NOT is_sound) AS first_unsound
      FROM lines GROUP BY account_id
  ), held AS (
    SELECT account_id, sum(amount) AS reserved, sum(lapsing) AS lapsing
      FROM ticket WHERE tenant_id = p_tenant AND account_id = ANY (v_page) AND status = 'pending' GROUP BY account_id
  ), given AS (
    SELECT account_id, sum(amount) AS amount, count(*) FILTER (WHERE remaining NOT BETWEEN 0 AND amount - expired) AS impossible
      FROM "grant" WHERE tenant_id = p_tenant AND account_id = ANY (v_page) GROUP BY account_id
  ), facts AS (
    SELECT a.id,
           jsonb_build_object('granted', coalesce(l.granted, 0), 'reserved', coalesce(l.reserved, 0),
             'spent', coalesce(l.spent, 0), 'entries', coalesce(l.entries, 0)) AS ledger,
           jsonb_build_object('granted', a.granted, 'reserved', a.reserved, 'spent', a.spent, 'entries', a.entry_count) AS account,
           jsonb_build_object('unsoundEntries', coalesce(l.unsound, 0), 'first', l.first_unsound) AS chain,
           jsonb_build_object('reserved', coalesce(h.reserved, 0), 'lapsing', coalesce(h.lapsing, 0)) AS tickets,
           jsonb_build_object('reserved', a.reserved, 'lapsing', a.lapsing) AS reservations,
           jsonb_build_object('amount', coalesce(l.given, 0), 'impossibleGrants', 0) AS entered_grants,
           jsonb_build_object('amount', coalesce(g.amount, 0), 'impossibleGrants', coalesce(g.impossible, 0)) AS grants
      FROM account a
      LEFT JOIN ledger l ON l.account_id = a.id
      LEFT JOIN held h ON h.account_id = a.id
      LEFT JOIN given g ON g.account_id = a.id
     WHERE a.tenant_id = p_tenant AND a.id = ANY (v_page)
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'subject', f.id, 'expected', c.expected, 'actual', c.actual)), '[]')
    INTO v_drift
    FROM facts f
    CROSS JOIN LATERAL (VALUES
      ('ledger_sums', f.ledger, f.account),
      ('ledger_chain', '{"unsoundEntries": 0, "first": null}'::jsonb, f.chain),
      ('ticket_reservations', f.tickets, f.reservations),
      ('grant_amounts', f.entered_grants, f.grants)) AS c (kind, expected, actual)
   WHERE c.expected <> c.actual;

  RETURN QUERY SELECT v_page[cardinality(v_page)], cardinality(v_page),
                      note_incidents(p_tenant, p_now, 'account', v_page, v_drift);
END $$;
