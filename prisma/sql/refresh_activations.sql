-- Decides a batch of activation refreshes: the device's own activation, read with its license as both stand now.
CREATE OR REPLACE FUNCTION refresh_activations(
  p_tenant uuid, p_now timestamptz, p_items jsonb, p_proven_seq integer DEFAULT NULL)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, product text, fingerprint text, thumbprint text, status_index integer,
  effective text, changed_at timestamptz, valid_from timestamptz, expires_at timestamptz, grace_until timestamptz,
  customer_id uuid, customer_name text, policy_code text, policy_version integer, fingerprint_match integer
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_tenant_suspended boolean;
  v_trust_seq integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);

  PERFORM 1 FROM activation
   WHERE tenant_id = p_tenant AND id = ANY (ARRAY(SELECT i.id FROM jsonb_to_recordset(p_items) AS i (id uuid)))
   ORDER BY id FOR NO KEY UPDATE;

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT t.suspended_at IS NOT NULL, s.trust_seq INTO STRICT v_tenant_suspended, v_trust_seq
    FROM tenant t JOIN tenant_state s ON s.tenant_id = t.id WHERE t.id = p_tenant;
  IF p_proven_seq < v_trust_seq THEN PERFORM refuse_old_proof(v_trust_seq); END IF;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT i.item::integer, i.id, i.event_id, i.correlation_id
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (id uuid, event_id uuid, correlation_id text))
           WITH ORDINALITY AS i (id, event_id, correlation_id, item)
  ), decided AS MATERIALIZED (
    SELECT a.item, a.event_id, a.correlation_id, x.id AS activation_id, x.fingerprint, x.components,
           x.device_thumbprint,
           l.id AS license_id, l.policy_version_id, l.status_index, l.effective, l.expires_at, l.grace_until,
           l.updated_at AS changed_at, l.valid_from, l.customer_id, c.name AS customer_name, y.code AS policy_code,
           v.number AS policy_version, p.code AS product,
           CASE WHEN v_tenant_suspended THEN 'tenant_suspended'
                WHEN x.id IS NULL THEN 'activation_not_found'
                WHEN x.revoked_at IS NOT NULL THEN 'activation_revoked'
                WHEN x.deactivated_at IS NOT NULL THEN 'activation_not_found'
                ELSE license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now)
           END AS denial
      FROM asked a
      LEFT JOIN LATERAL (SELECT * FROM activation WHERE tenant_id = p_tenant AND id = a.id OFFSET 0) x ON true
      LEFT JOIN LATERAL (SELECT * FROM license WHERE tenant_id = p_tenant AND id = x.license_id OFFSET 0) l ON true
      LEFT JOIN LATERAL (SELECT * FROM product WHERE tenant_id = p_tenant AND id = l.product_id OFFSET 0) p ON true
      LEFT JOIN LATERAL (SELECT * FROM customer WHERE tenant_id = p_tenant AND id = l.customer_id OFFSET 0) c ON true
      LEFT JOIN LATERAL (SELECT * FROM policy WHERE tenant_id = p_tenant AND id = l.policy_id OFFSET 0) y ON true
      LEFT JOIN LATERAL (SELECT * FROM policy_version WHERE tenant_id = p_tenant AND id = l.policy_version_id OFFSET 0) v ON true
  ), explained AS MATERIALIZED (
    SELECT d.*,
           CASE d.denial
             WHEN 'tenant_suspended' THEN 'tenant.suspended' WHEN 'activation_not_found' THEN 'activation.live'
             WHEN 'activation_revoked' THEN 'activation.revoked' WHEN 'license_revoked' THEN 'license.revoked'
             WHEN 'license_suspended' THEN 'license.suspended' WHEN 'license_not_yet_valid' THEN 'validity.validFrom'
             WHEN 'license_expired' THEN 'validity.expiresAt'
           END AS denial_rule,
           jsonb_strip_nulls(jsonb_build_object('expiresAt', d.expires_at, 'graceUntil', d.grace_until)) AS decision_facts
      FROM decided d
  ), seen AS (
    UPDATE activation x SET last_seen_at = v_now
      FROM (SELECT DISTINCT activation_id FROM explained WHERE denial IS NULL) e
     WHERE x.tenant_id = p_tenant AND x.id = e.activation_id
       AND x.id = ANY (ARRAY(SELECT activation_id FROM explained WHERE denial IS NULL))
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                               policy_version_id, correlation_id)
    SELECT p_tenant, e.event_id, v_now, 'refresh', (CASE WHEN e.denial IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
           e.denial, e.denial_rule, e.decision_facts, e.license_id, e.activation_id, e.policy_version_id, e.correlation_id
      FROM explained e
  )
  SELECT e.item, v_now, v_trust_seq, e.denial, e.denial_rule, CASE WHEN e.denial IS NOT NULL THEN e.decision_facts END,
         e.license_id, e.activation_id, e.product, e.fingerprint, e.device_thumbprint, e.status_index,
         e.effective::text, e.changed_at, e.valid_from, e.expires_at, e.grace_until, e.customer_id, e.customer_name,
         e.policy_code, e.policy_version,
         fingerprint_components_required(e.effective->'fingerprintMatch', cardinality(e.components))
    FROM explained e ORDER BY e.item;
END $$;
