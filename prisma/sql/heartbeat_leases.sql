-- Renews a batch of leases. A heartbeat with an old fence, or one that comes after the lease ran out, is refused and
-- revives nothing. The pools are locked as for a checkout: under share locks, which later heartbeats may always join, a
-- checkout would wait for as long as heartbeats keep coming.
--
-- Only this path commits without waiting for the disk: losing the last renewals in a crash shortens no lease, because
-- every live lease is then extended (extend_leases_after_restart). A renewal leaves no event, a refusal does.
CREATE OR REPLACE FUNCTION heartbeat_leases(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, product text, status_index integer, lease_id uuid, slot integer, fence bigint,
  holder text, overage boolean, borrowed boolean, expires_at timestamptz, heartbeat_seconds integer
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_tenant_suspended boolean;
  v_trust_seq integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true), set_config('synchronous_commit', 'off', true);

  PERFORM extend_leases_after_restart(p_tenant, p_now);
  PERFORM 1 FROM pool
   WHERE tenant_id = p_tenant AND id = ANY (ARRAY(
     SELECT pool_id FROM lease WHERE tenant_id = p_tenant
        AND id = ANY (ARRAY(SELECT i.lease_id FROM jsonb_to_recordset(p_items) AS i (lease_id uuid)))))
   ORDER BY id FOR NO KEY UPDATE;

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT t.suspended_at IS NOT NULL, s.trust_seq INTO STRICT v_tenant_suspended, v_trust_seq
    FROM tenant t JOIN tenant_state s ON s.tenant_id = t.id WHERE t.id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT i.item::integer, i.lease_id, i.activation_id, i.fence, i.event_id, i.correlation_id
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
             lease_id uuid, activation_id uuid, fence bigint, event_id uuid, correlation_id text))
           WITH ORDINALITY AS i (lease_id, activation_id, fence, event_id, correlation_id, item)
  ), decided AS MATERIALIZED (
    SELECT a.item, a.event_id, a.correlation_id, a.fence AS asked_fence, h.id AS lease_id, h.pool_id, h.slot, h.fence,
           h.holder, h.overage, s.borrowed, s.expires_at AS held_until, x.id AS activation_id, l.id AS license_id,
           l.policy_version_id, l.status_index, p.code AS product,
           (l.effective->>'leaseTtlSeconds')::integer AS ttl, (l.effective->>'heartbeatSeconds')::integer AS heartbeat,
           CASE WHEN v_tenant_suspended THEN 'tenant_suspended'
                WHEN h.id IS NULL OR x.id IS DISTINCT FROM a.activation_id THEN 'lease_not_found'
                WHEN x.revoked_at IS NOT NULL THEN 'activation_revoked'
                WHEN x.deactivated_at IS NOT NULL THEN 'activation_not_found'
                WHEN h.ended IN ('released', 'revoked') THEN 'lease_released'
                WHEN a.fence <> h.fence OR s.fence <> h.fence THEN 'lease_fenced'
                WHEN s.lease_id IS DISTINCT FROM h.id OR s.expires_at < v_now THEN 'lease_expired'
                ELSE license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now)
           END AS denial
      FROM asked a
      LEFT JOIN LATERAL (SELECT * FROM lease WHERE tenant_id = p_tenant AND id = a.lease_id OFFSET 0) h ON true
      LEFT JOIN LATERAL (SELECT * FROM seat WHERE tenant_id = p_tenant AND pool_id = h.pool_id AND slot = h.slot OFFSET 0) s ON true
      LEFT JOIN LATERAL (SELECT * FROM activation WHERE tenant_id = p_tenant AND id = h.activation_id OFFSET 0) x ON true
      LEFT JOIN LATERAL (SELECT * FROM license WHERE tenant_id = p_tenant AND id = x.license_id OFFSET 0) l ON true
      LEFT JOIN LATERAL (SELECT * FROM product WHERE tenant_id = p_tenant AND id = l.product_id OFFSET 0) p ON true
  ), renewed AS (
    UPDATE seat s SET expires_at = greatest(CASE WHEN s.borrowed THEN s.expires_at END, v_now + make_interval(secs => d.ttl))
      FROM (SELECT DISTINCT pool_id, slot, ttl FROM decided WHERE denial IS NULL) d
     WHERE s.tenant_id = p_tenant AND s.pool_id = d.pool_id AND s.slot = d.slot
       AND s.pool_id = ANY (ARRAY(SELECT pool_id FROM decided WHERE denial IS NULL))
       AND s.slot = ANY (ARRAY(SELECT slot FROM decided WHERE denial IS NULL))
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                               policy_version_id, correlation_id)
    SELECT p_tenant, d.event_id, v_now, 'heartbeat', 'denied', d.denial, 'lease.' || d.denial,
           jsonb_strip_nulls(jsonb_build_object('fence', d.asked_fence, 'currentFence', d.fence, 'heldUntil', d.held_until)),
           d.license_id, d.activation_id, d.policy_version_id, d.correlation_id
      FROM decided d WHERE d.denial IS NOT NULL
  )
  SELECT d.item, v_now, v_trust_seq, d.denial, CASE WHEN d.denial IS NOT NULL THEN 'lease.' || d.denial END,
         CASE WHEN d.denial IS NOT NULL
              THEN jsonb_strip_nulls(jsonb_build_object('fence', d.asked_fence, 'heldUntil', d.held_until)) END,
         d.license_id, d.activation_id, d.product, d.status_index, d.lease_id, d.slot, d.fence, d.holder, d.overage,
         d.borrowed, greatest(CASE WHEN d.borrowed THEN d.held_until END, v_now + make_interval(secs => d.ttl)), d.heartbeat
    FROM decided d ORDER BY d.item;
END $$;
