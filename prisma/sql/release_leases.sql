-- Gives back a batch of leases. A lease that has already ended, however, is given back: doing it twice is a success.
-- `by_vendor` ends another's lease by hand, and needs no fence; with `spares_borrowed` only one that is not borrowed, since a borrowed
-- seat is in use without a server until its end.
CREATE OR REPLACE FUNCTION release_leases(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, lease_id uuid
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_trust_seq integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);

  PERFORM 1 FROM pool
   WHERE tenant_id = p_tenant AND id = ANY (ARRAY(
     SELECT pool_id FROM lease WHERE tenant_id = p_tenant
        AND id = ANY (ARRAY(SELECT i.lease_id FROM jsonb_to_recordset(p_items) AS i (lease_id uuid)))))
   ORDER BY id FOR NO KEY UPDATE;

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT s.trust_seq INTO STRICT v_trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT i.item::integer, i.lease_id, i.activation_id, i.fence, i.by_vendor, i.spares_borrowed, i.event_id, i.correlation_id
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
             lease_id uuid, activation_id uuid, fence bigint, by_vendor boolean, spares_borrowed boolean, event_id uuid,
             correlation_id text))
           WITH ORDINALITY AS i (lease_id, activation_id, fence, by_vendor, spares_borrowed, event_id, correlation_id, item)
  ), decided AS MATERIALIZED (
    SELECT a.item, a.event_id, a.correlation_id, a.by_vendor, h.id AS lease_id, h.pool_id, h.slot, h.fence, h.activation_id,
           s.expires_at AS held_until, pool.license_id,
           coalesce(s.lease_id = h.id AND s.fence = h.fence, false) AS holds,
           CASE WHEN h.id IS NULL OR NOT coalesce(a.by_vendor, false) AND h.activation_id IS DISTINCT FROM a.activation_id
                THEN 'lease_not_found'
                WHEN NOT coalesce(a.by_vendor, false) AND a.fence <> h.fence THEN 'lease_fenced'
                WHEN a.spares_borrowed AND s.lease_id = h.id AND s.borrowed AND s.expires_at >= v_now THEN 'forbidden'
           END AS denial
      FROM asked a
      LEFT JOIN LATERAL (SELECT * FROM lease WHERE tenant_id = p_tenant AND id = a.lease_id OFFSET 0) h ON true
      LEFT JOIN LATERAL (SELECT * FROM seat WHERE tenant_id = p_tenant AND pool_id = h.pool_id AND slot = h.slot OFFSET 0) s ON true
      LEFT JOIN LATERAL (SELECT * FROM pool WHERE tenant_id = p_tenant AND id = h.pool_id OFFSET 0) pool ON true
  ), ending AS MATERIALIZED (
    SELECT DISTINCT ON (d.lease_id) d.lease_id, d.pool_id, d.slot, d.fence, d.held_until, d.by_vendor
      FROM decided d WHERE d.denial IS NULL AND d.holds ORDER BY d.lease_id, d.item
  ), freed AS (
    UPDATE seat s SET lease_id = NULL, activation_id = NULL, holder = NULL, borrowed = false, expires_at = NULL
      FROM ending e WHERE s.tenant_id = p_tenant AND s.pool_id = e.pool_id AND s.slot = e.slot
       AND s.pool_id = ANY (ARRAY(SELECT pool_id FROM ending)) AND s.slot = ANY (ARRAY(SELECT slot FROM ending))
  ), ended AS (
    UPDATE lease x
       SET ended = (CASE WHEN e.held_until < v_now THEN 'expired' WHEN e.by_vendor THEN 'revoked' ELSE 'released' END)::lease_end,
           ended_at = least(e.held_until, v_now)
      FROM ending e WHERE x.tenant_id = p_tenant AND x.id = e.lease_id AND x.ended IS NULL
       AND x.id = ANY (ARRAY(SELECT lease_id FROM ending))
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id, correlation_id)
    SELECT p_tenant, d.event_id, v_now, 'release', (CASE WHEN d.denial IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
           d.denial, CASE WHEN d.denial IS NOT NULL THEN 'lease.' || d.denial END,
           jsonb_strip_nulls(jsonb_build_object('slot', d.slot, 'wasHeld', d.holds AND d.held_until >= v_now,
                                                'byVendor', nullif(coalesce(d.by_vendor, false), false))),
           d.license_id, d.activation_id, d.correlation_id
      FROM decided d
  )
  SELECT d.item, v_now, v_trust_seq, d.denial, CASE WHEN d.denial IS NOT NULL THEN 'lease.' || d.denial END,
         '{}'::jsonb, d.license_id, d.activation_id, d.lease_id
    FROM decided d ORDER BY d.item;
END $$;
