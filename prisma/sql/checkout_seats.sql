-- Decides a batch of checkouts in one transaction: one row a request, in order of arrival.
--
-- Pools are locked in id order, in a statement of its own (SKIP LOCKED would deny falsely). A device that already holds
-- a seat under this name gets that one back; the others are paired with slots that are free or whose lease has run out,
-- so a silent client's seat is taken back here, without any job. Every claim raises the slot's fence.
-- A request to borrow must come alone in its batch: its own limit is counted before the slots are given out.
CREATE OR REPLACE FUNCTION checkout_seats(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, product text, status_index integer, lease_id uuid, slot integer, fence bigint,
  overage boolean, borrowed boolean, resumed boolean, expires_at timestamptz, heartbeat_seconds integer
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_tenant_suspended boolean;
  v_trust_seq integer;
  v_pools uuid[];
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);

  PERFORM extend_leases_after_restart(p_tenant, p_now);
  -- A pool that is made while this waits for another is not locked, so nothing is given out of it here.
  v_pools := ARRAY(SELECT locked.id FROM (
    SELECT id FROM pool
     WHERE tenant_id = p_tenant AND license_id = ANY (ARRAY(
       SELECT license_id FROM activation WHERE tenant_id = p_tenant
          AND id = ANY (ARRAY(SELECT i.activation_id FROM jsonb_to_recordset(p_items) AS i (activation_id uuid)))))
     ORDER BY id FOR NO KEY UPDATE) AS locked);

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT t.suspended_at IS NOT NULL, s.trust_seq INTO STRICT v_tenant_suspended, v_trust_seq
    FROM tenant t JOIN tenant_state s ON s.tenant_id = t.id WHERE t.id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT i.item::integer, i.activation_id, i.holder, i.holders, i.borrow_seconds, i.lease_id, i.event_id, i.correlation_id
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
             activation_id uuid, holder text, holders text, borrow_seconds integer, lease_id uuid, event_id uuid,
             correlation_id text))
           WITH ORDINALITY AS i (activation_id, holder, holders, borrow_seconds, lease_id, event_id, correlation_id, item)
  ), found AS MATERIALIZED (
    SELECT a.item, a.holder, a.holders, a.borrow_seconds, a.lease_id AS new_lease_id, a.event_id, a.correlation_id,
           x.id AS activation_id, l.id AS license_id, l.policy_version_id, l.status_index, p.code AS product,
           pool.id AS pool_id, pool.seats, l.expires_at AS ends_at, l.grace_until,
           (l.effective->>'leaseTtlSeconds')::integer AS ttl, (l.effective->>'heartbeatSeconds')::integer AS heartbeat,
           (l.effective->>'seatsPerHolderMax')::integer AS per_holder_max,
           (l.effective->>'borrowDaysMax')::integer AS borrow_days_max,
           (l.effective->>'borrowedSeatsMax')::integer AS borrowed_seats_max,
           CASE WHEN v_tenant_suspended THEN 'tenant_suspended'
                WHEN x.id IS NULL OR x.deactivated_at IS NOT NULL THEN 'activation_not_found'
                WHEN x.revoked_at IS NOT NULL THEN 'activation_revoked'
                ELSE coalesce(license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now),
                              CASE WHEN pool.id IS NULL OR pool.seats = 0 THEN 'feature_not_entitled' END)
           END AS refusal
      FROM asked a
      LEFT JOIN LATERAL (SELECT * FROM activation WHERE tenant_id = p_tenant AND id = a.activation_id OFFSET 0) x ON true
      LEFT JOIN LATERAL (SELECT * FROM license WHERE tenant_id = p_tenant AND id = x.license_id OFFSET 0) l ON true
      LEFT JOIN LATERAL (SELECT * FROM product WHERE tenant_id = p_tenant AND id = l.product_id OFFSET 0) p ON true
      LEFT JOIN LATERAL (
        SELECT * FROM pool WHERE tenant_id = p_tenant AND license_id = l.id AND id = ANY (v_pools) OFFSET 0) pool ON true
  ), own AS MATERIALIZED (
    SELECT DISTINCT ON (f.item) f.item, s.pool_id, s.slot, s.fence, s.lease_id, s.overage, s.borrowed, s.expires_at
      FROM found f
      CROSS JOIN LATERAL (SELECT * FROM seat WHERE tenant_id = p_tenant AND pool_id = f.pool_id AND holder = f.holder
                             AND activation_id = f.activation_id AND expires_at >= v_now OFFSET 0) s
     WHERE f.refusal IS NULL ORDER BY f.item, s.slot
  ), newcomers AS MATERIALIZED (
    SELECT f.item, f.pool_id, f.holder,
           min(f.item) OVER (PARTITION BY f.pool_id, f.holder, f.activation_id) AS first_item
      FROM found f WHERE f.refusal IS NULL AND NOT EXISTS (SELECT 1 FROM own WHERE own.item = f.item)
  ), by_holder AS MATERIALIZED (
    SELECT n.item, row_number() OVER (PARTITION BY n.pool_id, n.holder ORDER BY n.item) AS place,
           (SELECT count(*) FROM seat s WHERE s.tenant_id = p_tenant AND s.pool_id = n.pool_id AND s.holder = n.holder
                                          AND s.expires_at >= v_now) AS held
      FROM newcomers n WHERE n.item = n.first_item
  ), judged AS MATERIALIZED (
    SELECT f.*, coalesce(n.first_item, f.item) AS first_item, own.lease_id IS NOT NULL AS is_own,
           coalesce(f.refusal,
             CASE WHEN f.borrow_seconds IS NULL
                       OR own.borrowed AND v_now + make_interval(secs => f.borrow_seconds) <= own.expires_at THEN NULL
                  WHEN f.borrow_days_max = 0 OR f.borrowed_seats_max = 0 THEN 'borrow_not_allowed'
                  WHEN f.borrow_seconds > f.borrow_days_max * 86400 THEN 'borrow_too_long'
                  WHEN NOT coalesce(own.borrowed, false) AND f.borrowed_seats_max <= (
                    SELECT count(*) FROM seat s WHERE s.tenant_id = p_tenant AND s.pool_id = f.pool_id
                                                  AND s.borrowed AND s.expires_at >= v_now)
                  THEN 'borrow_limit_reached' END) AS denial,
           coalesce(b.place + b.held > f.per_holder_max, false) AS is_beyond, b.held, b.place
      FROM found f
      LEFT JOIN newcomers n ON n.item = f.item
      LEFT JOIN by_holder b ON b.item = n.first_item
      LEFT JOIN own ON own.item = f.item
  ), contenders AS MATERIALIZED (
    SELECT j.item, j.pool_id, j.holders
      FROM judged j WHERE j.denial IS NULL AND NOT j.is_own AND j.item = j.first_item AND NOT j.is_beyond
  ), in_reserve AS MATERIALIZED (
    SELECT g.items[s.place] AS item, g.pool_id, s.*
      FROM (SELECT pool_id, holders, array_agg(item ORDER BY item) AS items
              FROM contenders WHERE holders IS NOT NULL GROUP BY pool_id, holders) g
      CROSS JOIN LATERAL free_seats(p_tenant, g.pool_id, g.holders, v_now, cardinality(g.items)) s
  ), paired AS MATERIALIZED (
    SELECT * FROM in_reserve
    UNION ALL
    SELECT g.items[s.place] AS item, g.pool_id, s.*
      FROM (SELECT pool_id, array_agg(item ORDER BY item) AS items
              FROM contenders WHERE item NOT IN (SELECT item FROM in_reserve) GROUP BY pool_id) g
      CROSS JOIN LATERAL free_seats(p_tenant, g.pool_id, NULL, v_now, cardinality(g.items)) s
  ), beyond AS MATERIALIZED (
    -- Of more requests of one holder than it may have seats, the first ones contend. Where not all of them got one, the
    -- others have it not from their holder's limit but from there being no seat, unless their own group still had one.
    -- Likewise for who asks again in the same batch, and names another group then.
    SELECT j.item,
           j.is_beyond AND j.held + (SELECT count(*) FROM paired JOIN judged w ON w.item = paired.item
                      WHERE w.pool_id = j.pool_id AND w.holder = j.holder) >= j.per_holder_max AS by_limit,
           j.holders IS NOT NULL AND EXISTS (
             SELECT 1 FROM free_seats(p_tenant, j.pool_id, j.holders, v_now, NULL) s WHERE NOT EXISTS (
               SELECT 1 FROM paired WHERE paired.pool_id = j.pool_id AND paired.slot = s.slot
                  AND paired.item < j.item)) AS has_reserve
      FROM judged j WHERE (j.is_beyond OR j.item <> j.first_item) AND j.denial IS NULL
  ), decided AS MATERIALIZED (
    SELECT j.*,
           coalesce(j.denial,
             CASE WHEN paired.item IS NULL AND beyond.has_reserve AND NOT beyond.by_limit THEN decide_apart()
                  WHEN NOT j.is_own AND paired.item IS NULL THEN 'no_seats_available' END) AS outcome_code,
           CASE WHEN beyond.by_limit THEN 'seats.seatsPerHolderMax' END AS holder_rule,
           coalesce(own.lease_id, first.new_lease_id) AS granted_lease,
           coalesce(own.slot, paired.slot) AS granted_slot, coalesce(own.fence, paired.fence + 1) AS granted_fence,
           coalesce(own.overage, paired.overage) AS granted_overage,
           coalesce(own.borrowed, false) OR j.borrow_seconds IS NOT NULL AS granted_borrowed,
           greatest(own.expires_at, v_now + make_interval(secs => coalesce(j.borrow_seconds, j.ttl))) AS granted_until
      FROM judged j
      LEFT JOIN own ON own.item = j.item
      LEFT JOIN found first ON first.item = j.first_item
      LEFT JOIN paired ON paired.item = j.first_item
      LEFT JOIN beyond ON beyond.item = j.item
  ), explained AS MATERIALIZED (
    SELECT d.*,
           CASE d.outcome_code
             WHEN 'tenant_suspended' THEN 'tenant.suspended' WHEN 'activation_not_found' THEN 'activation.live'
             WHEN 'activation_revoked' THEN 'activation.revoked' WHEN 'license_revoked' THEN 'license.revoked'
             WHEN 'license_suspended' THEN 'license.suspended' WHEN 'license_not_yet_valid' THEN 'validity.validFrom'
             WHEN 'license_expired' THEN 'validity.expiresAt' WHEN 'borrow_not_allowed' THEN 'seats.borrowDaysMax'
             WHEN 'borrow_too_long' THEN 'seats.borrowDaysMax' WHEN 'borrow_limit_reached' THEN 'seats.borrowedSeatsMax'
             WHEN 'feature_not_entitled' THEN 'seats.seats'
             WHEN 'no_seats_available' THEN coalesce(d.holder_rule, 'seats.seats')
           END AS denial_rule,
           jsonb_strip_nulls(jsonb_build_object(
             'seats', d.seats,
             'expiresAt', CASE WHEN d.outcome_code = 'license_expired' THEN d.ends_at END,
             'graceUntil', CASE WHEN d.outcome_code = 'license_expired' THEN d.grace_until END,
             -- Counted only where it explains something, since it reads the whole pool; with what the batch gave out before.
             'inUse', CASE WHEN d.is_seat_denial
                           THEN (SELECT count(*) FROM seat s WHERE s.tenant_id = p_tenant AND s.pool_id = d.pool_id
                                                               AND s.expires_at >= v_now)
                              + (SELECT count(*) FROM paired w WHERE w.pool_id = d.pool_id AND w.item < d.item) END,
             'borrowed', CASE WHEN d.is_seat_denial AND d.borrow_seconds IS NOT NULL
                              THEN (SELECT count(*) FROM seat s WHERE s.tenant_id = p_tenant AND s.pool_id = d.pool_id
                                                                  AND s.borrowed AND s.expires_at >= v_now) END,
             'held', CASE WHEN d.outcome_code IS NULL THEN CASE WHEN d.place = 1 THEN d.held END
                          WHEN d.is_seat_denial
                          THEN d.held + (SELECT count(*) FROM paired w JOIN judged h ON h.item = w.item
                                          WHERE w.pool_id = d.pool_id AND h.holder = d.holder AND w.item < d.item) END,
             'holder', d.holder, 'group', d.holders, 'seatsPerHolderMax', d.per_holder_max,
             'borrowSeconds', d.borrow_seconds, 'resumed', d.is_own,
             'slot', CASE WHEN d.outcome_code IS NULL THEN d.granted_slot END,
             'overage', CASE WHEN d.outcome_code IS NULL THEN d.granted_overage END)) AS decision_facts
      FROM (SELECT *, coalesce(outcome_code IN ('no_seats_available', 'borrow_not_allowed', 'borrow_too_long',
                                                'borrow_limit_reached'), false) AS is_seat_denial FROM decided) d
  ), held AS MATERIALIZED (
    SELECT hold_seat(p_tenant, e.pool_id, e.granted_slot, e.granted_fence, e.granted_lease, e.activation_id, e.holder,
                     e.granted_borrowed, e.granted_until)
      FROM (SELECT DISTINCT ON (pool_id, granted_slot) * FROM explained
             WHERE outcome_code IS NULL AND (is_own OR item = first_item)
             ORDER BY pool_id, granted_slot, granted_until DESC) e
  ), leased AS (
    INSERT INTO lease (tenant_id, id, pool_id, activation_id, slot, fence, holder, "group", overage, borrowed, granted_at)
    SELECT p_tenant, e.granted_lease, e.pool_id, e.activation_id, e.granted_slot, e.granted_fence, e.holder, e.holders,
           e.granted_overage, e.granted_borrowed, v_now
      FROM explained e WHERE e.outcome_code IS NULL AND NOT e.is_own AND e.item = e.first_item
  ), ended AS MATERIALIZED (
    SELECT expire_lease(p_tenant, lease_id, expires_at) FROM paired WHERE lease_id IS NOT NULL
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                               policy_version_id, correlation_id)
    SELECT p_tenant, e.event_id, v_now, 'checkout', (CASE WHEN e.outcome_code IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
           e.outcome_code, e.denial_rule, e.decision_facts, e.license_id, e.activation_id, e.policy_version_id, e.correlation_id
      FROM explained e
  )
  SELECT e.item, v_now, v_trust_seq, e.outcome_code, e.denial_rule,
         CASE WHEN e.outcome_code IS NOT NULL THEN e.decision_facts END, e.license_id, e.activation_id, e.product,
         e.status_index, CASE WHEN e.outcome_code IS NULL THEN e.granted_lease END, e.granted_slot, e.granted_fence,
         e.granted_overage, e.granted_borrowed, e.is_own OR e.item <> e.first_item, e.granted_until, e.heartbeat
    FROM explained e
   -- Always true: a SELECT is only run where it is asked for.
   WHERE (SELECT count(*) FROM ended) + (SELECT count(*) FROM held) >= 0
   ORDER BY e.item;
END $$;
