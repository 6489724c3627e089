-- Ends a batch of tickets, each at most once: one row a request, in order of arrival. `settle` moves what was used from
-- reserved to spent and returns the rest; `void` and `expire` return all. Doing the same again gets the first answer.
--
-- A ticket that a journal spends from is ended by that journal (`journal`, from record_journal, also after its time) or by time,
-- and then charges what the journal said so far; nobody settles or voids it otherwise.
--
-- Ending accounts for what was granted before, so neither a suspended license nor a lost activation stands in its way:
-- refusing it would give the customer back credits that were used.
CREATE OR REPLACE FUNCTION end_tickets(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, product text, status_index integer, account_id uuid, meter text, amount bigint,
  used bigint, ended_at timestamptz, entry bigint, balance bigint, replayed boolean
) LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_trust_seq integer;
  v_count integer := jsonb_array_length(p_items);
  r record;
  -- One element an item; the items of one ticket share the elements of the first of them, those of one account its slot's.
  v_statuses ticket_status[] := array_fill(NULL::ticket_status, ARRAY[v_count]);
  v_used bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_lapsed bigint[] := array_fill(0::bigint, ARRAY[v_count]);
  v_ended timestamptz[] := array_fill(NULL::timestamptz, ARRAY[v_count]);
  v_last_entries bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_last_balances bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_tickets text[] := array_fill(NULL::text, ARRAY[v_count]);
  v_ends_here boolean[] := array_fill(false, ARRAY[v_count]);
  v_accounts uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  v_entry_counts bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_balances bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_granted bigint[] := array_fill(0::bigint, ARRAY[v_count]);
  v_reserved bigint[] := array_fill(0::bigint, ARRAY[v_count]);
  v_spent bigint[] := array_fill(0::bigint, ARRAY[v_count]);
  v_lapsing bigint[] := array_fill(0::bigint, ARRAY[v_count]);
  v_codes text[] := array_fill(NULL::text, ARRAY[v_count]);
  v_facts jsonb[] := array_fill(NULL::jsonb, ARRAY[v_count]);
  v_licenses uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  v_policy_versions uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  -- One element a ledger entry.
  v_line_tickets text[] := '{}';
  v_line_accounts uuid[] := '{}';
  v_line_correlations text[] := '{}';
  v_line_entries bigint[] := '{}';
  v_line_kinds ledger_kind[] := '{}';
  v_line_granted bigint[] := '{}';
  v_line_reserved bigint[] := '{}';
  v_line_spent bigint[] := '{}';
  v_line_balances bigint[] := '{}';
  v_status ticket_status;
  v_ends ticket_status;
  v_use bigint;
  v_lapse bigint;
  t integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  -- By the licenses asked for, not by the tickets: one issued while this waits is then decided under its lock as well.
  v_now := lock_accounts(
    p_tenant, ARRAY(SELECT DISTINCT i.license_id FROM jsonb_to_recordset(p_items) AS i (license_id uuid)), p_now);
  SELECT s.trust_seq INTO STRICT v_trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  FOR r IN
    WITH asked AS MATERIALIZED (
      SELECT i.*
        FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
               id text, verb text, license_id uuid, activation_id uuid, used bigint, correlation_id text))
             WITH ORDINALITY AS i (id, verb, license_id, activation_id, used, correlation_id, item)
    )
    SELECT a.item::integer, a.id, a.verb, a.license_id, a.activation_id, a.used, a.correlation_id,
           l.id AS owner_id, k.activation_id AS issued_to, l.policy_version_id, l.status_index, p.code AS product,
           m.code AS meter, k.account_id, k.amount, k.lapsing, coalesce(k.journaled, 0) AS journaled, k.status, k.used AS settled, k.expires_at, k.ended_at,
           k.ended_entry, x.balance AS ended_balance, acc.entry_count, acc.granted - acc.reserved - acc.spent AS balance,
           coalesce(l.id = a.license_id AND (a.activation_id IS NULL OR a.activation_id = k.activation_id), false) AS is_own,
           min(a.item) OVER (PARTITION BY a.id)::integer AS first_item,
           min(a.item) OVER (PARTITION BY k.account_id)::integer AS slot
      FROM asked a
      LEFT JOIN LATERAL (SELECT y.* FROM ticket y WHERE y.tenant_id = p_tenant AND y.id = a.id LIMIT 1) k ON true
      LEFT JOIN LATERAL (SELECT y.* FROM account y WHERE y.tenant_id = p_tenant AND y.id = k.account_id LIMIT 1) acc ON true
      LEFT JOIN LATERAL (SELECT y.* FROM license y WHERE y.tenant_id = p_tenant AND y.id = acc.license_id LIMIT 1) l ON true
      LEFT JOIN LATERAL (SELECT y.* FROM product y WHERE y.tenant_id = p_tenant AND y.id = l.product_id LIMIT 1) p ON true
      LEFT JOIN LATERAL (SELECT y.* FROM meter y WHERE y.tenant_id = p_tenant AND y.id = acc.meter_id LIMIT 1) m ON true
      LEFT JOIN LATERAL (
        SELECT y.balance FROM ledger_entry y
         WHERE y.tenant_id = p_tenant AND y.account_id = k.account_id AND y.entry = k.ended_entry LIMIT 1) x ON true
     ORDER BY a.item
  LOOP
    t := r.first_item;
    IF v_statuses[t] IS NULL THEN
      v_statuses[t] := r.status;
      v_used[t] := r.settled;
      v_ended[t] := r.ended_at;
      v_last_entries[t] := r.ended_entry;
      v_last_balances[t] := r.ended_balance;
      v_tickets[t] := r.id;
      v_accounts[t] := r.account_id;
    END IF;
    IF v_entry_counts[r.slot] IS NULL THEN
      v_entry_counts[r.slot] := r.entry_count;
      v_balances[r.slot] := r.balance;
    END IF;
    v_status := v_statuses[t];
    v_ends := CASE WHEN v_status <> 'pending' THEN NULL
                   WHEN r.verb = 'journal' THEN 'settled'
                   WHEN r.expires_at < v_now THEN CASE WHEN r.journaled > 0 THEN 'settled' ELSE 'expired' END
                   WHEN r.journaled > 0 THEN NULL
                   WHEN r.verb = 'settle' AND r.used <= r.amount THEN 'settled'
                   WHEN r.verb = 'void' THEN 'voided' END;
    IF NOT r.is_own THEN v_ends := NULL; END IF;

    IF v_ends IS NOT NULL THEN
      v_use := CASE WHEN v_ends <> 'settled' THEN 0 WHEN r.verb = 'journal' OR r.journaled > 0 THEN r.journaled ELSE r.used END;
      v_lapse := greatest(0, r.lapsing - v_use);
      v_statuses[t] := v_ends;
      v_used[t] := CASE WHEN v_ends = 'settled' THEN v_use END;
      v_lapsed[t] := v_lapse;
      v_ended[t] := v_now;
      v_ends_here[t] := true;
      IF v_ends = 'settled' THEN
        v_line_kinds := v_line_kinds || 'settle'::ledger_kind;
        v_line_granted := v_line_granted || 0::bigint;
        v_line_reserved := v_line_reserved || -v_use;
        v_line_spent := v_line_spent || v_use;
      END IF;
      IF r.amount > v_use THEN
        v_line_kinds := v_line_kinds || 'release'::ledger_kind;
        v_line_granted := v_line_granted || 0::bigint;
        v_line_reserved := v_line_reserved || v_use - r.amount;
        v_line_spent := v_line_spent || 0::bigint;
      END IF;
      IF v_lapse > 0 THEN
        v_line_kinds := v_line_kinds || 'expire'::ledger_kind;
        v_line_granted := v_line_granted || -v_lapse;
        v_line_reserved := v_line_reserved || 0::bigint;
        v_line_spent := v_line_spent || 0::bigint;
      END IF;
      FOR v_line IN cardinality(v_line_tickets) + 1 .. cardinality(v_line_kinds) LOOP
        v_entry_counts[r.slot] := v_entry_counts[r.slot] + 1;
        v_balances[r.slot] := v_balances[r.slot] + v_line_granted[v_line] - v_line_reserved[v_line] - v_line_spent[v_line];
        v_line_tickets := v_line_tickets || r.id;
        v_line_accounts := v_line_accounts || r.account_id;
        v_line_correlations := v_line_correlations || r.correlation_id;
        v_line_entries := v_line_entries || v_entry_counts[r.slot];
        v_line_balances := v_line_balances || v_balances[r.slot];
      END LOOP;
      v_granted[r.slot] := v_granted[r.slot] - v_lapse;
      v_reserved[r.slot] := v_reserved[r.slot] - r.amount;
      v_spent[r.slot] := v_spent[r.slot] + v_use;
      v_lapsing[r.slot] := v_lapsing[r.slot] - r.lapsing;
      v_last_entries[t] := v_entry_counts[r.slot];
      v_last_balances[t] := v_balances[r.slot];
    END IF;

    item := r.item;
    decided_at := v_now;
    trust_seq := v_trust_seq;
    license_id := r.license_id;
    activation_id := r.activation_id;
    product := r.product;
    status_index := r.status_index;
    account_id := r.account_id;
    meter := r.meter;
    amount := r.amount;
    used := v_used[t];
    ended_at := v_ended[t];
    entry := v_last_entries[t];
    balance := v_last_balances[t];
    replayed := v_ends IS NULL;
    code := CASE
      WHEN NOT r.is_own THEN 'ticket_not_found'
      WHEN v_ends IS NOT NULL AND r.verb IN ('expire', 'journal') THEN NULL
      WHEN v_statuses[t] = 'pending' AND r.journaled > 0 THEN 'ticket_settled'
      WHEN v_statuses[t] = 'pending' THEN CASE WHEN r.verb = 'settle' THEN 'ticket_amount_exceeded' END
      WHEN v_statuses[t] = 'expired' THEN CASE WHEN r.verb <> 'expire' THEN 'ticket_expired' END
      WHEN v_statuses[t] = 'voided' THEN CASE WHEN r.verb <> 'void' THEN 'ticket_voided' END
      WHEN r.verb <> 'settle' OR r.used <> v_used[t] THEN 'ticket_settled' END;
    rule := usage_rule(code);
    facts := jsonb_strip_nulls(jsonb_build_object('ticket', r.id, 'meter', CASE WHEN r.is_own THEN r.meter END,
      'amount', CASE WHEN r.is_own THEN r.amount END, 'used', CASE WHEN v_ends IS NULL THEN r.used ELSE v_used[t] END,
      'status', CASE WHEN r.is_own THEN v_statuses[t] END, 'expiresAt', CASE WHEN r.is_own THEN r.expires_at END,
      'returned', CASE WHEN v_ends IS NOT NULL THEN r.amount - v_use - v_lapse END,
      'lapsed', CASE WHEN v_ends IS NOT NULL THEN nullif(v_lapse, 0) END, 'replayed', CASE WHEN code IS NULL THEN nullif(replayed, false) END));
    v_codes[r.item] := code;
    v_facts[r.item] := facts;
    v_licenses[r.item] := r.license_id;
    v_policy_versions[r.item] := CASE WHEN r.is_own THEN r.policy_version_id END;
    RETURN NEXT;
  END LOOP;

  WITH events AS MATERIALIZED (
    SELECT i.event_id, i.correlation_id, i.activation_id, i.credential, i.verb, i.item
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
             event_id uuid, correlation_id text, activation_id uuid, credential jsonb, verb text))
           WITH ORDINALITY AS i (event_id, correlation_id, activation_id, credential, verb, item)
  ), ended AS (
    UPDATE ticket k
       SET status = v_statuses[e.item], used = v_used[e.item], lapsing = v_lapsed[e.item], ended_at = v_now,
           ended_entry = v_last_entries[e.item]
      FROM events e
     WHERE v_ends_here[e.item] AND k.tenant_id = p_tenant AND k.id = v_tickets[e.item]
  ), entered AS (
    INSERT INTO ledger_entry (tenant_id, account_id, entry, kind, granted, reserved, spent, balance, reference, correlation_id,
                              recorded_at)
    SELECT p_tenant, n.account_id, n.entry, n.kind, n.granted, n.reserved, n.spent, n.balance, n.ticket, n.correlation_id,
           v_now
      FROM unnest(v_line_accounts, v_line_entries, v_line_kinds, v_line_granted, v_line_reserved, v_line_spent,
                  v_line_balances, v_line_tickets, v_line_correlations)
           AS n (account_id, entry, kind, granted, reserved, spent, balance, ticket, correlation_id)
  ), moved AS (
    UPDATE account a
       SET granted = a.granted + s.granted, reserved = a.reserved + s.reserved, spent = a.spent + s.spent,
           lapsing = a.lapsing + s.lapsing, entry_count = s.entry_count
      FROM unnest(v_accounts, v_granted, v_reserved, v_spent, v_lapsing, v_entry_counts)
           AS s (id, granted, reserved, spent, lapsing, entry_count)
     WHERE s.reserved < 0 AND a.tenant_id = p_tenant AND a.id = s.id
  )
  INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                             policy_version_id, correlation_id)
  SELECT p_tenant, e.event_id, v_now,
         CASE e.verb WHEN 'expire' THEN 'ticket_expired' WHEN 'journal' THEN 'settle' ELSE e.verb END,
         (CASE WHEN v_codes[e.item] IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
         v_codes[e.item], usage_rule(v_codes[e.item]), with_credential(v_facts[e.item], e.credential), v_licenses[e.item], e.activation_id,
         v_policy_versions[e.item], e.correlation_id
    FROM events e;
END $$;
