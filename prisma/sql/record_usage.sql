-- Charges a batch of usage: requests of some events each, flattened into columns in order of arrival, which cost a
-- quarter of what a JSON object an event does to read. Output: one row a batch; its arrays have one element an event.
--
--   callers   one element a (license, activation or credential, meter); p_slots: the first caller of the same license and
--             meter; p_credentials: what a backend proved itself with (null as a whole: no backend asks)
--   requests  p_request_callers (one of the request's callers), p_request_sizes (its events), its event and correlation id
--   events    p_callers, p_ids, p_firsts (which event of the batch has this id first; null: no id comes twice), p_amounts,
--             p_occurred (milliseconds since 1970), p_correlations
--
-- Accounts are locked first; then each event is decided in turn: a known id gets its first answer or a conflict, a new
-- one is charged if the balance holds. Debits are inserted in the order of their ids, so that two servers with the same
-- ids under two accounts never wait for each other in a circle; who loses that race fails by the unique key, and is
-- called again (usage-store.ts). Each look-up stands in a LATERAL with a LIMIT of its own, and seqscans are off, so that
-- its plan is a look-up also where it was planned while the tables were empty. ledger_entry's key and account_never_over_consumed (CHECK) stand behind it.
CREATE OR REPLACE FUNCTION record_usage(
  p_tenant uuid, p_now timestamptz, p_licenses uuid[], p_activations uuid[], p_meters text[], p_slots integer[],
  p_request_callers integer[], p_request_sizes integer[], p_event_ids uuid[], p_request_correlations text[],
  p_callers integer[], p_ids text[], p_firsts integer[], p_amounts bigint[], p_occurred double precision[],
  p_correlations text[], p_credentials jsonb[], p_proven_seq integer DEFAULT NULL
) RETURNS TABLE (
  decided_at timestamptz, trust_seq integer, refusals json, products json, accounts json, outcomes json, entries json,
  balances json
) LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_trust_seq integer;
  -- One element a caller. Callers of one account share what they may spend, at their slot, which is made 0 where the
  -- license does not include the meter, and -1 where the caller is refused altogether.
  v_slots integer[] := p_slots;
  v_accounts uuid[];
  v_products text[];
  v_policy_versions uuid[];
  v_refusals text[];
  v_facts jsonb[];
  v_available bigint[];
  v_overdrafts bigint[];
  v_entry_counts bigint[];
  v_spent bigint[];
  -- One element a request.
  v_charged integer[];
  v_repeated integer[];
  -- One element an event. Outcomes: 0 accepted, 1 duplicate, 2 idempotency conflict, 3 insufficient credits, 4 meter not
  -- entitled, 5 refused with its request. Entries and balances begin as any array of that length: what a denied event has
  -- there means nothing.
  v_outcomes smallint[];
  v_entries bigint[] := p_amounts;
  v_balances bigint[] := p_amounts;
  v_takers integer[];
  v_caller record;
  v_known record;
  v_slot integer;
  v_taker integer;
  v_amount bigint;
  v_charges integer;
  v_repeats integer;
  v_event integer := 0;
  v_has_denials boolean := false;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_now := lock_accounts(p_tenant, p_licenses, p_now);

  FOR v_caller IN SELECT * FROM usage_callers(p_tenant, p_licenses, p_activations, p_meters, v_now) LOOP
    v_trust_seq := v_caller.trust_seq;
    IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;
    v_accounts[v_caller.caller] := v_caller.account_id;
    v_products[v_caller.caller] := v_caller.product;
    v_policy_versions[v_caller.caller] := v_caller.policy_version_id;
    IF v_caller.refusal IS NOT NULL THEN
      IF v_refusals IS NULL THEN
        v_refusals := array_fill(NULL::text, ARRAY[cardinality(p_slots)]);
        v_facts := array_fill(NULL::jsonb, ARRAY[cardinality(p_slots)]);
      END IF;
      v_slots[v_caller.caller] := -1;
      v_refusals[v_caller.caller] := v_caller.refusal;
      v_facts[v_caller.caller] := v_caller.facts;
    ELSIF v_caller.available IS NULL THEN
      v_slots[v_caller.caller] := 0;
    ELSE
      v_slot := p_slots[v_caller.caller];
      v_available[v_slot] := v_caller.available;
      v_overdrafts[v_slot] := v_caller.available - v_caller.balance;
      v_entry_counts[v_slot] := v_caller.entry_count;
      v_spent[v_slot] := 0;
    END IF;
  END LOOP;

  FOR v_known IN
    SELECT e.n, k.entry, k.balance,
           k.account_id = v_accounts[e.caller] AND k.spent = e.amount
             AND k.occurred_at = to_timestamp(e.occurred / 1000)::timestamptz(3) AS is_same
      FROM unnest(p_callers, p_ids, p_amounts, p_occurred) WITH ORDINALITY AS e (caller, id, amount, occurred, n)
     CROSS JOIN LATERAL (
       SELECT x.account_id, x.spent, x.occurred_at, x.entry, x.balance FROM ledger_entry x
        WHERE x.tenant_id = p_tenant AND x.event_id = e.id AND x.kind = 'debit' LIMIT 1) k
  LOOP
    v_outcomes[v_known.n] := CASE WHEN v_known.is_same THEN 1 ELSE 2 END;
    v_entries[v_known.n] := v_known.entry;
    v_balances[v_known.n] := v_known.balance;
  END LOOP;

  FOR v_request IN 1 .. cardinality(p_request_sizes) LOOP
    v_charges := 0;
    v_repeats := 0;
    FOR v_unused IN 1 .. p_request_sizes[v_request] LOOP
      v_event := v_event + 1;
      v_slot := v_slots[p_callers[v_event]];
      IF v_slot < 0 THEN
        v_outcomes[v_event] := 5;
      ELSIF v_outcomes[v_event] IS NULL THEN
        IF p_firsts IS NOT NULL THEN v_taker := v_takers[p_firsts[v_event]]; END IF;
        v_amount := p_amounts[v_event];
        IF v_taker IS NOT NULL THEN
          v_outcomes[v_event] := CASE
            WHEN v_slots[p_callers[v_taker]] = v_slot AND p_amounts[v_taker] = v_amount
                 AND p_occurred[v_taker] = p_occurred[v_event] THEN 1 ELSE 2 END;
          v_entries[v_event] := v_entries[v_taker];
          v_balances[v_event] := v_balances[v_taker];
        ELSIF v_slot = 0 THEN
          v_outcomes[v_event] := 4;
        ELSIF v_amount > v_available[v_slot] THEN
          v_outcomes[v_event] := 3;
          v_balances[v_event] := v_available[v_slot] - v_overdrafts[v_slot];
        ELSE
          v_outcomes[v_event] := 0;
          v_available[v_slot] := v_available[v_slot] - v_amount;
          v_spent[v_slot] := v_spent[v_slot] + v_amount;
          v_entry_counts[v_slot] := v_entry_counts[v_slot] + 1;
          v_entries[v_event] := v_entry_counts[v_slot];
          v_balances[v_event] := v_available[v_slot] - v_overdrafts[v_slot];
          v_charges := v_charges + 1;
          IF p_firsts IS NOT NULL THEN v_takers[p_firsts[v_event]] := v_event; END IF;
        END IF;
      END IF;
      IF v_outcomes[v_event] > 0 THEN
        IF v_outcomes[v_event] = 1 THEN v_repeats := v_repeats + 1; ELSE v_has_denials := true; END IF;
      END IF;
    END LOOP;
    v_charged[v_request] := v_charges;
    v_repeated[v_request] := v_repeats;
  END LOOP;

  WITH charged AS (
    INSERT INTO ledger_entry (tenant_id, account_id, entry, kind, spent, balance, event_id, occurred_at, correlation_id,
                              recorded_at)
    SELECT p_tenant, v_accounts[e.caller], v_entries[e.n], 'debit', e.amount, v_balances[e.n], e.id,
           to_timestamp(e.occurred / 1000), e.correlation_id, v_now
      FROM unnest(p_callers, p_ids, p_amounts, p_occurred, p_correlations) WITH ORDINALITY
           AS e (caller, id, amount, occurred, correlation_id, n)
     WHERE v_outcomes[e.n] = 0
     ORDER BY e.id COLLATE "C"
  ), moved AS (
    UPDATE account a SET spent = a.spent + v_spent[s.slot], entry_count = v_entry_counts[s.slot]
      FROM generate_series(1, cardinality(p_slots)) AS s (slot)
     WHERE v_spent[s.slot] > 0 AND a.tenant_id = p_tenant AND a.id = v_accounts[s.slot]
  )
  INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                             policy_version_id, correlation_id)
  SELECT p_tenant, r.event_id, v_now, 'usage', (CASE WHEN v_slots[r.caller] < 0 THEN 'denied' ELSE 'granted' END)::outcome,
         CASE WHEN v_slots[r.caller] < 0 THEN v_refusals[r.caller] END,
         CASE WHEN v_slots[r.caller] < 0 THEN usage_rule(v_refusals[r.caller]) END,
         with_credential(jsonb_build_object('events', r.size, 'accepted', v_charged[r.n], 'duplicates', v_repeated[r.n]),
                         p_credentials[r.caller]),
         p_licenses[r.caller], p_activations[r.caller], v_policy_versions[r.caller], r.correlation_id
    FROM unnest(p_request_callers, p_request_sizes, p_event_ids, p_request_correlations) WITH ORDINALITY
         AS r (caller, size, event_id, correlation_id, n)
   WHERE v_slots[r.caller] < 0 OR v_charged[r.n] + v_repeated[r.n] > 0;

  IF v_has_denials THEN
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                               policy_version_id, correlation_id)
    SELECT p_tenant, gen_random_uuid(), v_now, 'usage', 'denied', d.code, usage_rule(d.code),
           with_credential(jsonb_strip_nulls(jsonb_build_object('event', e.id, 'meter', p_meters[e.caller], 'amount', e.amount,
             'balance', CASE WHEN o.outcome = 3 THEN v_balances[e.n] END,
             'overdraft', CASE WHEN o.outcome = 3 THEN v_overdrafts[v_slots[e.caller]] END)), p_credentials[e.caller]),
           p_licenses[e.caller], p_activations[e.caller], v_policy_versions[e.caller], e.correlation_id
      FROM unnest(p_callers, p_ids, p_amounts, p_correlations) WITH ORDINALITY AS e (caller, id, amount, correlation_id, n)
      CROSS JOIN LATERAL (SELECT v_outcomes[e.n] AS outcome) o
      CROSS JOIN LATERAL (SELECT CASE o.outcome WHEN 2 THEN 'idempotency_conflict' WHEN 3 THEN 'insufficient_credits'
                                                WHEN 4 THEN 'meter_not_entitled' END AS code) d
     WHERE d.code IS NOT NULL;
  END IF;

  decided_at := v_now;
  trust_seq := v_trust_seq;
  IF v_refusals IS NOT NULL THEN
    refusals := (SELECT json_agg(CASE WHEN f.code IS NOT NULL
                 THEN json_build_object('code', f.code, 'rule', usage_rule(f.code), 'facts', f.facts) END)
                 FROM unnest(v_refusals, v_facts) AS f (code, facts));
  END IF;
  products := to_json(v_products);
  accounts := to_json(v_accounts);
  outcomes := to_json(v_outcomes);
  entries := to_json(v_entries);
  balances := to_json(v_balances);
  RETURN NEXT;
END $$;
