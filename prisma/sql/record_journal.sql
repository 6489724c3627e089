-- Records a stretch of an offline usage journal. Its entries form one hash chain for each activation and device key, recorded
-- without a gap: what is known already must be the same, and only what is new takes effect.
--
-- New entries count against their tickets. A ticket they close, or whose time has passed, is settled at once with all that
-- its journal says; one that had ended before (its time passed while the file was carried) is charged late, from what the
-- balance and the overdraft still allow, and `short` says what they do not. What was used is owed, so neither a suspended
-- license nor a lost activation stands in its way.
CREATE OR REPLACE FUNCTION record_journal(p_tenant uuid, p_now timestamptz, p_item jsonb)
RETURNS TABLE (
  decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, product text, last_entry integer, head text, tickets jsonb, replayed boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_activation uuid := (p_item->>'activation_id')::uuid;
  v_device text := p_item->>'thumbprint';
  v_first integer := (p_item->>'first')::integer;
  v_last integer := v_first + jsonb_array_length(p_item->'entries') - 1;
  v_now timestamptz;
  v_policy_version uuid;
  v_known integer;
  v_from integer;
  v_short bigint := 0;
  v_late bigint := 0;
  v_ends jsonb;
  v_charge bigint;
  k record;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  SELECT l.id, l.policy_version_id, p.code INTO license_id, v_policy_version, product
    FROM activation a
    JOIN license l ON l.tenant_id = p_tenant AND l.id = a.license_id
    JOIN product p ON p.tenant_id = p_tenant AND p.id = l.product_id
   WHERE a.tenant_id = p_tenant AND a.id = v_activation
     AND (a.device_thumbprint = v_device OR EXISTS (
           SELECT FROM offline_exchange x
            WHERE x.tenant_id = p_tenant AND x.device_thumbprint = v_device AND x.activation_id = v_activation));
  v_now := lock_accounts(p_tenant, ARRAY[license_id], p_now);

  SELECT s.trust_seq INTO STRICT trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant;
  SELECT coalesce(max(e.entry), 0) INTO v_known FROM offline_journal_entry e
   WHERE e.tenant_id = p_tenant AND e.activation_id = v_activation AND e.device_thumbprint = v_device;
  v_from := greatest(v_first, v_known + 1);
  decided_at := v_now;
  replayed := v_last <= v_known;
  facts := jsonb_build_object('first', v_first, 'last', v_last, 'recorded', v_known);

  rule := CASE
    WHEN license_id IS NULL THEN 'activation.device'
    WHEN v_first > v_known + 1 THEN 'journal.gap'
    WHEN v_first > 1 AND p_item->>'prev' IS DISTINCT FROM (
      SELECT e.hash FROM offline_journal_entry e
       WHERE e.tenant_id = p_tenant AND e.activation_id = v_activation AND e.device_thumbprint = v_device
         AND e.entry = v_first - 1) THEN 'journal.chain'
    -- Each hash holds the one before: where the last of what is known agrees, all of it does.
    WHEN v_first <= v_known AND p_item->'entries'->(least(v_last, v_known) - v_first)->>'hash' IS DISTINCT FROM (
      SELECT e.hash FROM offline_journal_entry e
       WHERE e.tenant_id = p_tenant AND e.activation_id = v_activation AND e.device_thumbprint = v_device
         AND e.entry = least(v_last, v_known)) THEN 'journal.fork' END;

  IF rule IS NULL AND NOT replayed THEN
    SELECT n.rule, facts || jsonb_build_object('entry', n.entry, 'ticket', n.ticket) INTO rule, facts
      FROM (
        SELECT e.entry, e.ticket, CASE
                 WHEN t.id IS NULL THEN 'journal.ticket'
                 WHEN e.closed_before OR EXISTS (
                   SELECT FROM offline_journal_entry c
                    WHERE c.tenant_id = p_tenant AND c.ticket_id = e.ticket AND c.closes) THEN 'journal.closed'
                 WHEN t.journaled + e.total > t.amount THEN 'journal.amount' END AS rule
          FROM (
            SELECT i.entry, i.ticket, sum(i.amount) OVER (PARTITION BY i.ticket ORDER BY i.entry) AS total,
                   coalesce(bool_or(i.closes) OVER (
                     PARTITION BY i.ticket ORDER BY i.entry ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), false) AS closed_before
              FROM (SELECT v_first + o.n::integer - 1 AS entry, o.e->>'ticket' AS ticket, (o.e->>'amount')::bigint AS amount,
                           (o.e->>'closes')::boolean AS closes
                      FROM jsonb_array_elements(p_item->'entries') WITH ORDINALITY AS o (e, n)) i
             WHERE i.entry >= v_from
          ) e
          LEFT JOIN LATERAL (
            SELECT y.* FROM ticket y
             WHERE y.tenant_id = p_tenant AND y.id = e.ticket AND y.activation_id = v_activation AND y.journaled IS NOT NULL
             LIMIT 1) t ON true
      ) n
     WHERE n.rule IS NOT NULL ORDER BY n.entry LIMIT 1;
    IF NOT FOUND THEN
      facts := jsonb_build_object('first', v_first, 'last', v_last, 'recorded', v_known);
    END IF;
  END IF;

  IF rule IS NOT NULL THEN
    code := CASE rule WHEN 'activation.device' THEN 'activation_not_found' ELSE 'offline_request_invalid' END;
  ELSIF replayed THEN
    SELECT j.last_entry, j.tickets, j.recorded_at INTO STRICT last_entry, tickets, decided_at FROM offline_journal j
     WHERE j.tenant_id = p_tenant AND j.activation_id = v_activation AND j.device_thumbprint = v_device
       AND j.last_entry >= v_last
     ORDER BY j.last_entry LIMIT 1;
  ELSE
    last_entry := v_last;
    INSERT INTO offline_journal_entry (tenant_id, activation_id, device_thumbprint, entry, ticket_id, amount, used_at, closes, hash)
    SELECT p_tenant, v_activation, v_device, v_first + o.n - 1, o.e->>'ticket', (o.e->>'amount')::bigint,
           to_timestamp((o.e->>'at')::bigint), (o.e->>'closes')::boolean, o.e->>'hash'
      FROM jsonb_array_elements(p_item->'entries') WITH ORDINALITY AS o (e, n)
     WHERE v_first + o.n - 1 >= v_from;

    UPDATE ticket t SET journaled = t.journaled + e.amount
      FROM (SELECT y.ticket_id, sum(y.amount) AS amount FROM offline_journal_entry y
             WHERE y.tenant_id = p_tenant AND y.activation_id = v_activation AND y.device_thumbprint = v_device
               AND y.entry >= v_from GROUP BY y.ticket_id) e
     WHERE t.tenant_id = p_tenant AND t.id = e.ticket_id;

    SELECT jsonb_agg(jsonb_build_object('id', t.id, 'verb', 'journal', 'license_id', license_id, 'activation_id', v_activation,
             'event_id', gen_random_uuid(), 'correlation_id', p_item->>'correlation_id') ORDER BY t.id)
      INTO v_ends
      FROM (SELECT y.ticket_id, bool_or(y.closes) AS closes FROM offline_journal_entry y
             WHERE y.tenant_id = p_tenant AND y.activation_id = v_activation AND y.device_thumbprint = v_device
               AND y.entry >= v_from GROUP BY y.ticket_id) e
      JOIN ticket t ON t.tenant_id = p_tenant AND t.id = e.ticket_id
     WHERE t.status = 'pending' AND (e.closes OR t.expires_at < v_now);
    IF v_ends IS NOT NULL THEN PERFORM end_tickets(p_tenant, v_now, v_ends); END IF;

    FOR k IN
      SELECT t.id, t.account_id, t.journaled - coalesce(t.used, 0) - t.late AS due,
             coalesce((l.effective->'meters'->m.code->>'overdraft')::bigint, 0) AS overdraft
        FROM (SELECT DISTINCT y.ticket_id FROM offline_journal_entry y
               WHERE y.tenant_id = p_tenant AND y.activation_id = v_activation AND y.device_thumbprint = v_device
                 AND y.entry >= v_from) e
        JOIN ticket t ON t.tenant_id = p_tenant AND t.id = e.ticket_id
        JOIN account a ON a.tenant_id = p_tenant AND a.id = t.account_id
        JOIN license l ON l.tenant_id = p_tenant AND l.id = a.license_id
        JOIN meter m ON m.tenant_id = p_tenant AND m.id = a.meter_id
       WHERE t.status <> 'pending' AND t.journaled - coalesce(t.used, 0) - t.late > 0
       ORDER BY t.issued_entry, t.id
    LOOP
      SELECT least(k.due, greatest(0, a.granted - a.reserved - a.spent + k.overdraft)) INTO v_charge
        FROM account a WHERE a.tenant_id = p_tenant AND a.id = k.account_id;
      v_late := v_late + v_charge;
      v_short := v_short + k.due - v_charge;
      IF v_charge > 0 THEN
        PERFORM append_entry(p_tenant, k.account_id, 'settle', 0, v_charge, k.id, NULL, 'used offline, told late',
                             p_item->>'correlation_id', v_now);
        UPDATE ticket t SET late = t.late + v_charge WHERE t.tenant_id = p_tenant AND t.id = k.id;
      END IF;
    END LOOP;

    SELECT jsonb_agg(jsonb_build_object('ticket', t.id, 'meter', m.code, 'journaled', t.journaled,
             'charged', coalesce(t.used, 0) + t.late, 'late', t.late,
             'status', CASE t.status WHEN 'pending' THEN 'open' ELSE t.status::text END) ORDER BY e.entry)
      INTO tickets
      FROM (SELECT y.ticket_id, min(y.entry) AS entry FROM offline_journal_entry y
             WHERE y.tenant_id = p_tenant AND y.activation_id = v_activation AND y.device_thumbprint = v_device
               AND y.entry >= v_from GROUP BY y.ticket_id) e
      JOIN ticket t ON t.tenant_id = p_tenant AND t.id = e.ticket_id
      JOIN account a ON a.tenant_id = p_tenant AND a.id = t.account_id
      JOIN meter m ON m.tenant_id = p_tenant AND m.id = a.meter_id;
    INSERT INTO offline_journal (tenant_id, activation_id, device_thumbprint, last_entry, tickets, correlation_id, recorded_at)
    VALUES (p_tenant, v_activation, v_device, v_last, tickets, p_item->>'correlation_id', v_now);
    facts := facts || jsonb_strip_nulls(jsonb_build_object('late', nullif(v_late, 0), 'short', nullif(v_short, 0)));
  END IF;

  IF code IS NULL THEN
    SELECT e.hash INTO STRICT head FROM offline_journal_entry e
     WHERE e.tenant_id = p_tenant AND e.activation_id = v_activation AND e.device_thumbprint = v_device
       AND e.entry = last_entry;
    facts := facts || jsonb_strip_nulls(jsonb_build_object('replayed', nullif(replayed, false)));
  END IF;
  INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                             policy_version_id, correlation_id)
  VALUES (p_tenant, (p_item->>'event_id')::uuid, v_now, 'offline_journal',
          (CASE WHEN code IS NULL THEN 'granted' ELSE 'denied' END)::outcome, code, rule, facts, license_id,
          CASE WHEN license_id IS NOT NULL THEN v_activation END, v_policy_version, p_item->>'correlation_id');
  RETURN NEXT;
END $$;
