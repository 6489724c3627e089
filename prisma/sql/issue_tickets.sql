-- Decides a batch of tickets: one row a request, in order of arrival. A known id gets its first answer or a conflict; a
-- new one is admitted if the balance holds, and its credits are reserved. The same locks, the same order and the same
-- race between two accounts as in record_usage. With `offline_until` a ticket is to be used without a network: it lasts until
-- then at least, and a journal may spend from it (record_journal).
CREATE OR REPLACE FUNCTION issue_tickets(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, product text, status_index integer, account_id uuid, amount bigint,
  issued_at timestamptz, expires_at timestamptz, entry bigint, balance bigint, replayed boolean
) LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_trust_seq integer;
  v_count integer := jsonb_array_length(p_items);
  r record;
  -- One element an item; the items of one account share the elements of the first of them, its slot.
  v_available bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_entry_counts bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_reserved bigint[] := array_fill(0::bigint, ARRAY[v_count]);
  -- The item that took an id, at the place of the first item that names it.
  v_takers integer[] := array_fill(NULL::integer, ARRAY[v_count]);
  v_is_new boolean[] := array_fill(false, ARRAY[v_count]);
  v_ids text[] := array_fill(NULL::text, ARRAY[v_count]);
  v_accounts uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  v_licenses uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  v_activations uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  v_policy_versions uuid[] := array_fill(NULL::uuid, ARRAY[v_count]);
  v_amounts bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_expires timestamptz[] := array_fill(NULL::timestamptz, ARRAY[v_count]);
  v_entries bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_balances bigint[] := array_fill(NULL::bigint, ARRAY[v_count]);
  v_codes text[] := array_fill(NULL::text, ARRAY[v_count]);
  v_facts jsonb[] := array_fill(NULL::jsonb, ARRAY[v_count]);
  v_is_offline boolean[] := array_fill(false, ARRAY[v_count]);
  v_taker integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_now := lock_accounts(
    p_tenant, ARRAY(SELECT DISTINCT i.license_id FROM jsonb_to_recordset(p_items) AS i (license_id uuid)), p_now);
  SELECT s.trust_seq INTO STRICT v_trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  FOR r IN
    WITH asked AS MATERIALIZED (
      SELECT i.*
        FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
               id text, license_id uuid, activation_id uuid, meter text, amount bigint, offline_until timestamptz))
             WITH ORDINALITY AS i (id, license_id, activation_id, meter, amount, offline_until, item)
    ), columns AS MATERIALIZED (
      SELECT array_agg(a.license_id ORDER BY a.item) AS licenses, array_agg(a.activation_id ORDER BY a.item) AS activations,
             array_agg(a.meter ORDER BY a.item) AS meters FROM asked a
    ), callers AS MATERIALIZED (
      SELECT u.* FROM columns c CROSS JOIN LATERAL usage_callers(p_tenant, c.licenses, c.activations, c.meters, v_now) u
    )
    SELECT a.item::integer, a.id, a.license_id, a.activation_id, a.meter, a.amount, a.offline_until,
           u.refusal, u.facts, u.product, u.status_index, u.policy_version_id, u.account_id, u.balance, u.available,
           u.entry_count, (u.rules->>'ticketAmountMax')::bigint AS amount_max,
           (u.rules->>'ticketTtlSeconds')::integer AS ttl,
           min(a.item) OVER (PARTITION BY a.id)::integer AS first_item,
           min(a.item) OVER (PARTITION BY u.account_id)::integer AS slot,
           k.account_id AS known_account, k.activation_id AS known_activation, k.amount AS known_amount,
           k.issued_at AS known_issued_at, k.expires_at AS known_expires_at, k.issued_entry AS known_entry,
           x.balance AS known_balance
      FROM asked a
      JOIN callers u ON u.caller = a.item
      LEFT JOIN LATERAL (SELECT y.* FROM ticket y WHERE y.tenant_id = p_tenant AND y.id = a.id LIMIT 1) k ON true
      LEFT JOIN LATERAL (
        SELECT y.balance FROM ledger_entry y
         WHERE y.tenant_id = p_tenant AND y.account_id = k.account_id AND y.entry = k.issued_entry LIMIT 1) x ON true
     ORDER BY a.item
  LOOP
    item := r.item;
    license_id := r.license_id;
    activation_id := r.activation_id;
    product := r.product;
    status_index := r.status_index;
    account_id := r.account_id;
    amount := r.amount;
    issued_at := v_now;
    expires_at := NULL;
    entry := NULL;
    balance := NULL;
    replayed := false;
    code := r.refusal;
    facts := r.facts;
    v_taker := v_takers[r.first_item];
    IF v_available[r.slot] IS NULL THEN
      v_available[r.slot] := r.available;
      v_entry_counts[r.slot] := r.entry_count;
    END IF;

    IF code IS NULL AND r.known_account IS NOT NULL THEN
      replayed := true;
      IF (r.known_account, r.known_activation, r.known_amount) IS DISTINCT FROM (r.account_id, r.activation_id, r.amount) THEN
        code := 'idempotency_conflict';
      END IF;
      issued_at := r.known_issued_at;
      expires_at := r.known_expires_at;
      entry := r.known_entry;
      balance := r.known_balance;
    ELSIF code IS NULL AND v_taker IS NOT NULL THEN
      replayed := true;
      IF (v_accounts[v_taker], v_activations[v_taker], v_amounts[v_taker])
         IS DISTINCT FROM (r.account_id, r.activation_id, r.amount) THEN
        code := 'idempotency_conflict';
      END IF;
      expires_at := v_expires[v_taker];
      entry := v_entries[v_taker];
      balance := v_balances[v_taker];
    ELSIF code IS NULL THEN
      code := CASE WHEN r.available IS NULL THEN 'meter_not_entitled'
                   WHEN r.amount > r.amount_max THEN 'ticket_amount_exceeded'
                   WHEN r.amount > v_available[r.slot] THEN 'insufficient_credits' END;
      IF code IS NULL THEN
        v_takers[r.first_item] := r.item;
        v_is_new[r.item] := true;
        v_available[r.slot] := v_available[r.slot] - r.amount;
        v_reserved[r.slot] := v_reserved[r.slot] + r.amount;
        v_entry_counts[r.slot] := v_entry_counts[r.slot] + 1;
        expires_at := greatest(v_now + make_interval(secs => r.ttl), r.offline_until);
        v_is_offline[r.item] := r.offline_until IS NOT NULL;
        entry := v_entry_counts[r.slot];
        balance := v_available[r.slot] - (r.available - r.balance);
      END IF;
    END IF;
    rule := usage_rule(code);
    facts := jsonb_strip_nulls(jsonb_build_object(
      'ticket', r.id, 'meter', r.meter, 'amount', r.amount, 'balance', coalesce(balance, v_available[r.slot] - (r.available - r.balance)),
      'overdraft', nullif(r.available - r.balance, 0),
      'ticketAmountMax', CASE WHEN code = 'ticket_amount_exceeded' THEN r.amount_max END,
      'replayed', nullif(replayed, false))) || CASE WHEN r.refusal IS NOT NULL THEN r.facts ELSE '{}' END;

    v_ids[r.item] := r.id;
    v_accounts[r.item] := r.account_id;
    v_licenses[r.item] := r.license_id;
    v_activations[r.item] := r.activation_id;
    v_policy_versions[r.item] := r.policy_version_id;
    v_amounts[r.item] := r.amount;
    v_expires[r.item] := expires_at;
    v_entries[r.item] := entry;
    v_balances[r.item] := balance;
    v_codes[r.item] := code;
    v_facts[r.item] := facts;
    decided_at := v_now;
    trust_seq := v_trust_seq;
    RETURN NEXT;
  END LOOP;

  WITH events AS MATERIALIZED (
    SELECT i.event_id, i.correlation_id, i.credential, i.item
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (event_id uuid, correlation_id text, credential jsonb))
           WITH ORDINALITY AS i (event_id, correlation_id, credential, item)
  ), reserved AS (
    INSERT INTO ticket (tenant_id, id, account_id, activation_id, amount, issued_at, expires_at, issued_entry, journaled)
    SELECT p_tenant, v_ids[e.item], v_accounts[e.item], v_activations[e.item], v_amounts[e.item], v_now, v_expires[e.item],
           v_entries[e.item], CASE WHEN v_is_offline[e.item] THEN 0 END
      FROM events e WHERE v_is_new[e.item] ORDER BY v_ids[e.item] COLLATE "C"
  ), entered AS (
    INSERT INTO ledger_entry (tenant_id, account_id, entry, kind, reserved, balance, reference, correlation_id, recorded_at)
    SELECT p_tenant, v_accounts[e.item], v_entries[e.item], 'reserve', v_amounts[e.item], v_balances[e.item], v_ids[e.item],
           e.correlation_id, v_now
      FROM events e WHERE v_is_new[e.item]
  ), moved AS (
    UPDATE account a SET reserved = a.reserved + s.reserved, entry_count = s.entry_count
      FROM unnest(v_accounts, v_reserved, v_entry_counts) AS s (id, reserved, entry_count)
     WHERE s.reserved > 0 AND a.tenant_id = p_tenant AND a.id = s.id
  )
  INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                             policy_version_id, correlation_id)
  SELECT p_tenant, e.event_id, v_now, 'ticket', (CASE WHEN v_codes[e.item] IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
         v_codes[e.item], usage_rule(v_codes[e.item]), with_credential(v_facts[e.item], e.credential), v_licenses[e.item], v_activations[e.item],
         v_policy_versions[e.item], e.correlation_id
    FROM events e;
END $$;
