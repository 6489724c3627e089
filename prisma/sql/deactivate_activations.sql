-- Frees the slots of a batch of activations, and the seats they hold. Doing it twice is a success; a revoked activation stays revoked.
-- A borrowed seat works without a server until its signed end, whoever gives its device up: so it stays counted until then, is given
-- back by a release, or comes with the receipt file by which the device says that it has stopped, also where that comes later.
-- Such a file says nothing of what was borrowed after it was written, which it tells in whole seconds.
-- A receipt file is signed by the device's key (`signed_by`): of another key's, the activation answers as one that does not exist.
-- `by_vendor` passes over the policy's selfServiceDeactivation. A lowered maximum's ceiling drains with the count.
CREATE OR REPLACE FUNCTION deactivate_activations(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_trust_seq integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);

  PERFORM 1 FROM license
   WHERE tenant_id = p_tenant AND id = ANY (ARRAY(
     SELECT license_id FROM activation WHERE tenant_id = p_tenant
        AND id = ANY (ARRAY(SELECT i.id FROM jsonb_to_recordset(p_items) AS i (id uuid)))))
   ORDER BY id FOR NO KEY UPDATE;
  -- Licenses first, then pools: a checkout under way ends before its device goes, and its seat goes with it.
  PERFORM 1 FROM pool
   WHERE tenant_id = p_tenant AND license_id = ANY (ARRAY(
     SELECT license_id FROM activation WHERE tenant_id = p_tenant
        AND id = ANY (ARRAY(SELECT i.id FROM jsonb_to_recordset(p_items) AS i (id uuid)))))
   ORDER BY id FOR NO KEY UPDATE;

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT s.trust_seq INTO STRICT v_trust_seq FROM tenant_state s WHERE s.tenant_id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT i.item::integer, i.id, i.event_id, i.by_vendor, i.correlation_id, i.signed_by, i.receipt
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
             id uuid, event_id uuid, by_vendor boolean, correlation_id text, signed_by text, receipt jsonb))
           WITH ORDINALITY AS i (id, event_id, by_vendor, correlation_id, signed_by, receipt, item)
  ), decided AS MATERIALIZED (
    SELECT a.item, a.event_id, a.correlation_id, a.receipt, coalesce(a.by_vendor, false) AS by_vendor, x.id AS activation_id, x.live_fingerprint IS NOT NULL AS is_live,
           l.id AS license_id, l.policy_version_id,
           CASE WHEN x.id IS NULL OR x.device_thumbprint <> a.signed_by THEN 'activation_not_found'
                WHEN x.revoked_at IS NOT NULL THEN 'activation_revoked'
                WHEN x.live_fingerprint IS NOT NULL AND NOT coalesce(a.by_vendor, false)
                     AND NOT (l.effective->>'selfServiceDeactivation')::boolean THEN 'forbidden'
           END AS denial
      FROM asked a
      LEFT JOIN LATERAL (SELECT * FROM activation WHERE tenant_id = p_tenant AND id = a.id OFFSET 0) x ON true
      LEFT JOIN LATERAL (SELECT * FROM license WHERE tenant_id = p_tenant AND id = x.license_id OFFSET 0) l ON true
  ), explained AS MATERIALIZED (
    SELECT d.*, CASE d.denial WHEN 'activation_not_found' THEN 'activation.live'
                              WHEN 'activation_revoked' THEN 'activation.revoked'
                              WHEN 'forbidden' THEN 'devices.selfServiceDeactivation' END AS denial_rule
      FROM decided d
  ), freed AS (
    UPDATE activation x SET deactivated_at = v_now, live_fingerprint = NULL
      FROM (SELECT DISTINCT activation_id FROM explained WHERE denial IS NULL AND is_live) e
     WHERE x.tenant_id = p_tenant AND x.id = e.activation_id AND x.live_fingerprint IS NOT NULL
       AND x.id = ANY (ARRAY(SELECT activation_id FROM explained WHERE denial IS NULL AND is_live))
    RETURNING x.license_id
  ), held AS MATERIALIZED (
    SELECT s.pool_id, s.slot, s.lease_id, s.expires_at, e.activation_id, e.by_vendor,
           s.borrowed AND s.expires_at >= v_now
             AND (e.stopped_at IS NULL
                  OR (SELECT x.granted_at FROM lease x WHERE x.tenant_id = p_tenant AND x.id = s.lease_id)
                     >= to_timestamp(e.stopped_at + 1)) AS stays
      FROM (SELECT activation_id, license_id, max((receipt->>'deactivatedAt')::bigint) AS stopped_at,
                   (array_agg(by_vendor ORDER BY item))[1] AS by_vendor
              FROM explained WHERE denial IS NULL AND (is_live OR receipt IS NOT NULL) GROUP BY activation_id, license_id) e
      JOIN pool ON pool.tenant_id = p_tenant AND pool.license_id = e.license_id
      JOIN seat s ON s.tenant_id = p_tenant AND s.pool_id = pool.id AND s.activation_id = e.activation_id
  ), left_behind AS MATERIALIZED (
    SELECT * FROM held WHERE NOT stays
  ), vacated AS (
    UPDATE seat s SET lease_id = NULL, activation_id = NULL, holder = NULL, borrowed = false, expires_at = NULL
      FROM left_behind h WHERE s.tenant_id = p_tenant AND s.pool_id = h.pool_id AND s.slot = h.slot
  ), ended AS (
    UPDATE lease x
       SET ended = (CASE WHEN h.expires_at < v_now THEN 'expired' WHEN h.by_vendor THEN 'revoked' ELSE 'released' END)::lease_end,
           ended_at = least(h.expires_at, v_now)
      FROM left_behind h WHERE x.tenant_id = p_tenant AND x.id = h.lease_id AND x.ended IS NULL
  ), counted AS (
    UPDATE license l
       SET activation_count = l.activation_count - f.freed_count,
           activations_ceiling = CASE WHEN l.activations_max IS NOT NULL
                                      THEN greatest(l.activations_max, l.activation_count - f.freed_count) END
      FROM (SELECT license_id, count(*)::integer AS freed_count FROM freed GROUP BY license_id) f
     WHERE l.tenant_id = p_tenant AND l.id = f.license_id
       AND l.id = ANY (ARRAY(SELECT license_id FROM explained WHERE denial IS NULL AND is_live))
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                               policy_version_id, correlation_id)
    SELECT p_tenant, e.event_id, v_now, CASE WHEN e.receipt IS NULL THEN 'deactivate' ELSE 'offline_deactivate' END, (CASE WHEN e.denial IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
           e.denial, e.denial_rule, jsonb_build_object('wasLive', e.is_live) || coalesce(e.receipt, '{}') || coalesce(away.facts, '{}'), e.license_id, e.activation_id,
           e.policy_version_id, e.correlation_id
      FROM explained e
      LEFT JOIN (SELECT activation_id, jsonb_build_object('borrowed', count(*), 'borrowedUntil', max(expires_at)) AS facts
                   FROM held WHERE stays GROUP BY activation_id) away
             ON away.activation_id = e.activation_id AND e.denial IS NULL AND e.is_live
  )
  SELECT e.item, v_now, v_trust_seq, e.denial, e.denial_rule,
         CASE WHEN e.denial IS NOT NULL THEN jsonb_build_object('wasLive', e.is_live) END, e.license_id, e.activation_id
    FROM explained e ORDER BY e.item;
END $$;
