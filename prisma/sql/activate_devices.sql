-- Decides a batch of activations in one transaction. Input: a JSON array, one object a request, in order of arrival.
-- Output: one row a request, with what the service needs to sign the answer.
--
-- Licenses are locked in id order, in a statement of its own, so that the statement after it sees what others
-- committed while it waited. A known device gets its activation back; new ones are numbered per license and admitted
-- while the count fits. license_activations_within_maximum (CHECK) stands behind it.
--
-- An item that is `offline` comes from a request file (activate_offline): only where the license's rules allow that.
--
-- The plan is made once and kept, when the tables may still be empty: rows are therefore fetched by LATERAL look-ups
-- (OFFSET 0 keeps them from becoming joins) and by arrays of keys, so that no call ever reads a tenant's whole table.
CREATE OR REPLACE FUNCTION activate_devices(p_tenant uuid, p_now timestamptz, p_items jsonb)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, created boolean, status_index integer, effective text, changed_at timestamptz, valid_from timestamptz, expires_at timestamptz, grace_until timestamptz,
  customer_id uuid, customer_name text, policy_code text, policy_version integer, fingerprint_match integer
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz;
  v_tenant_suspended boolean;
  v_trust_seq integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);

  PERFORM 1 FROM license
   WHERE tenant_id = p_tenant
     AND key_hash = ANY (ARRAY(SELECT decode(i.key_hash, 'hex') FROM jsonb_to_recordset(p_items) AS i (key_hash text)))
   ORDER BY id FOR NO KEY UPDATE;

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT t.suspended_at IS NOT NULL, s.trust_seq INTO STRICT v_tenant_suspended, v_trust_seq
    FROM tenant t JOIN tenant_state s ON s.tenant_id = t.id WHERE t.id = p_tenant;

  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT i.item::integer, decode(i.key_hash, 'hex') AS key_hash, i.product, i.id, i.event_id, i.fingerprint,
           i.components, i.thumbprint, i.name, i.platform, i.app_version, i.sdk_version, i.correlation_id,
           coalesce(i.offline, false) AS offline
      FROM ROWS FROM (jsonb_to_recordset(p_items) AS (
             key_hash text, product text, id uuid, event_id uuid, fingerprint text, components text[], thumbprint text,
             name text, platform text, app_version text, sdk_version text, correlation_id text, offline boolean))
           WITH ORDINALITY AS i (key_hash, product, id, event_id, fingerprint, components, thumbprint,
             name, platform, app_version, sdk_version, correlation_id, offline, item)
  ), found AS MATERIALIZED (
    SELECT a.*, l.id AS license_id, l.policy_version_id, l.status_index, l.activations_max, l.activation_count,
           l.effective, coalesce(l.valid_from, v_now) AS valid_from, l.customer_id, c.name AS customer_name,
           y.code AS policy_code, v.number AS policy_version,
           CASE WHEN l.valid_from IS NULL THEN v_now ELSE l.updated_at END AS changed_at,
           CASE WHEN l.valid_from IS NULL AND l.effective->>'durationDays' IS NOT NULL
                THEN v_now + make_interval(hours => 24 * (l.effective->>'durationDays')::integer)
                ELSE l.expires_at END AS expires_at,
           CASE WHEN l.valid_from IS NULL AND l.effective->>'durationDays' IS NOT NULL
                THEN v_now + make_interval(hours => 24 * ((l.effective->>'durationDays')::integer
                                                         + (l.effective->>'graceDays')::integer))
                ELSE l.grace_until END AS grace_until,
           p.code AS license_product,
           CASE WHEN v_tenant_suspended THEN 'tenant_suspended'
                WHEN l.id IS NULL THEN 'license_not_found'
                WHEN p.code <> a.product THEN 'product_mismatch'
                ELSE coalesce(license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now),
                              CASE WHEN a.offline AND NOT (l.effective->>'offlineAllowed')::boolean THEN 'offline_not_allowed' END)
           END AS refusal
      FROM asked a
      LEFT JOIN LATERAL (SELECT * FROM license WHERE tenant_id = p_tenant AND key_hash = a.key_hash OFFSET 0) l ON true
      LEFT JOIN LATERAL (SELECT * FROM product WHERE tenant_id = p_tenant AND id = l.product_id OFFSET 0) p ON true
      LEFT JOIN LATERAL (SELECT * FROM customer WHERE tenant_id = p_tenant AND id = l.customer_id OFFSET 0) c ON true
      LEFT JOIN LATERAL (SELECT * FROM policy WHERE tenant_id = p_tenant AND id = l.policy_id OFFSET 0) y ON true
      LEFT JOIN LATERAL (SELECT * FROM policy_version WHERE tenant_id = p_tenant AND id = l.policy_version_id OFFSET 0) v ON true
  ), known AS MATERIALIZED (
    SELECT f.item, k.id AS activation_id, k.changed
      FROM found f CROSS JOIN LATERAL (
        (SELECT x.id, false AS changed FROM activation x
          WHERE x.tenant_id = p_tenant AND x.license_id = f.license_id AND x.live_fingerprint = f.fingerprint)
        UNION ALL
        (SELECT x.id, true
           FROM activation x CROSS JOIN LATERAL (
             SELECT count(*) AS shared FROM unnest(x.components) AS c WHERE c = ANY (f.components)) AS alike
          WHERE f.effective->'fingerprintMatch' <> '"all"'
            AND x.tenant_id = p_tenant AND x.license_id = f.license_id AND x.live_fingerprint IS NOT NULL
            AND alike.shared >= fingerprint_components_required(f.effective->'fingerprintMatch', cardinality(f.components))
          ORDER BY alike.shared DESC, x.created_at, x.id LIMIT 1)
        LIMIT 1) AS k
     WHERE f.refusal IS NULL
  ), fresh AS (
    SELECT f.item, f.license_id,
           min(f.item) OVER (PARTITION BY f.license_id, f.fingerprint) AS first_item
      FROM found f
     WHERE f.refusal IS NULL AND NOT EXISTS (SELECT 1 FROM known k WHERE k.item = f.item)
  ), alike AS MATERIALIZED (
    -- Devices of a batch that one of them would change the answer of, had it come before, are decided in turn: those that count
    -- as one while one is new or has changed what a known one looks like, and two that look different and are the same known one.
    SELECT EXISTS (
      SELECT FROM (
        SELECT f.license_id, array_agg(f.item) AS items,
               min(fingerprint_components_required(f.effective->'fingerprintMatch', cardinality(f.components))) AS required
          FROM (SELECT item FROM fresh WHERE item = first_item UNION ALL SELECT item FROM known WHERE changed) AS n
          JOIN found f ON f.item = n.item CROSS JOIN LATERAL unnest(f.components) AS c (component)
         WHERE f.effective->'fingerprintMatch' <> '"all"'
         GROUP BY f.license_id, c.component HAVING count(*) > 1) AS common
      CROSS JOIN LATERAL unnest(common.items) AS a (item) CROSS JOIN LATERAL unnest(common.items) AS b (item)
       WHERE a.item < b.item GROUP BY a.item, b.item HAVING count(*) >= min(common.required))
        OR EXISTS (
      SELECT FROM known k JOIN found f ON f.item = k.item
       GROUP BY k.activation_id HAVING count(DISTINCT f.fingerprint) > 1) AS any
  ), numbered AS (
    SELECT n.item, n.first_item, dense_rank() OVER (PARTITION BY n.license_id ORDER BY n.first_item) AS place FROM fresh n
  ), decided AS MATERIALIZED (
    SELECT f.*, n.first_item, n.place, coalesce(n.first_item = f.item, false) AS is_first,
           coalesce(k.activation_id, first.id) AS granted_id,
           CASE WHEN alike.any THEN decide_apart()
                WHEN f.refusal IS NOT NULL THEN f.refusal
                WHEN n.place IS NOT NULL AND f.activation_count + n.place > f.activations_max
                THEN 'activation_limit_reached' END AS denial
      FROM found f CROSS JOIN alike
      LEFT JOIN known k ON k.item = f.item
      LEFT JOIN numbered n ON n.item = f.item
      LEFT JOIN asked first ON first.item = n.first_item
  ), explained AS MATERIALIZED (
    SELECT d.*,
           d.denial IS NULL AND d.is_first AS is_created,
           CASE d.denial
             WHEN 'tenant_suspended' THEN 'tenant.suspended' WHEN 'license_not_found' THEN 'license.key'
             WHEN 'product_mismatch' THEN 'license.product' WHEN 'activation_limit_reached' THEN 'devices.activationsMax'
             WHEN 'license_revoked' THEN 'license.revoked' WHEN 'license_suspended' THEN 'license.suspended'
             WHEN 'license_not_yet_valid' THEN 'validity.validFrom' WHEN 'license_expired' THEN 'validity.expiresAt'
             WHEN 'offline_not_allowed' THEN 'offline.offlineAllowed'
           END AS denial_rule,
           jsonb_strip_nulls(jsonb_build_object(
             -- As it stood when this one's turn came: with those of the batch that were admitted before it.
             'activationCount', CASE WHEN d.place IS NULL OR d.activations_max < d.activation_count THEN d.activation_count
                                     ELSE least(d.activation_count + d.place - 1, d.activations_max) END,
             'activationsMax', d.activations_max,
             'expiresAt', d.expires_at, 'graceUntil', d.grace_until, 'knownDevice', d.denial IS NULL AND NOT d.is_first,
             'product', d.product, 'licenseProduct', CASE WHEN d.denial = 'product_mismatch' THEN d.license_product END
           )) AS decision_facts
      FROM decided d
  ), inserted AS (
    INSERT INTO activation (tenant_id, id, license_id, fingerprint, components, live_fingerprint, device_thumbprint,
                            name, platform, app_version, sdk_version, created_at, last_seen_at)
    SELECT p_tenant, e.id, e.license_id, e.fingerprint, e.components, e.fingerprint, e.thumbprint,
           coalesce(e.name, ''), coalesce(e.platform, ''), coalesce(e.app_version, ''), coalesce(e.sdk_version, ''), v_now, v_now
      FROM explained e WHERE e.is_created
  ), seen AS MATERIALIZED (
    SELECT see_activation(p_tenant, e.granted_id, v_now, e.fingerprint, e.components, e.thumbprint, e.name, e.platform,
                          e.app_version, e.sdk_version)
      FROM (SELECT DISTINCT ON (granted_id) * FROM explained
             WHERE denial IS NULL AND first_item IS NULL ORDER BY granted_id, item DESC) e
  ), counted AS (
    UPDATE license l
       SET activation_count = l.activation_count + e.created_count,
           first_activated_at = coalesce(l.first_activated_at, v_now),
           valid_from = coalesce(l.valid_from, v_now),
           expires_at = e.expires_at, grace_until = e.grace_until, updated_at = e.changed_at
      FROM (SELECT license_id, count(*)::integer AS created_count, min(expires_at) AS expires_at,
                   min(grace_until) AS grace_until, min(changed_at) AS changed_at
              FROM explained WHERE is_created GROUP BY license_id) e
     WHERE l.tenant_id = p_tenant AND l.id = e.license_id
       AND l.id = ANY (ARRAY(SELECT license_id FROM explained WHERE is_created))
  ), recorded AS (
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                               policy_version_id, correlation_id)
    SELECT p_tenant, e.event_id, v_now, CASE WHEN e.offline THEN 'offline_activate' ELSE 'activate' END, (CASE WHEN e.denial IS NULL THEN 'granted' ELSE 'denied' END)::outcome,
           e.denial, e.denial_rule, e.decision_facts, e.license_id, CASE WHEN e.denial IS NULL THEN e.granted_id END,
           e.policy_version_id, e.correlation_id
      FROM explained e
  )
  SELECT e.item, v_now, v_trust_seq, e.denial, e.denial_rule, CASE WHEN e.denial IS NOT NULL THEN e.decision_facts END,
         e.license_id, CASE WHEN e.denial IS NULL THEN e.granted_id END, e.is_created, e.status_index,
         e.effective::text, e.changed_at, e.valid_from, e.expires_at, e.grace_until, e.customer_id, e.customer_name,
         e.policy_code, e.policy_version,
         fingerprint_components_required(e.effective->'fingerprintMatch', cardinality(e.components))
    FROM explained e
   -- Always true: a SELECT is only run where it is asked for.
   WHERE (SELECT count(*) FROM seen) >= 0
   ORDER BY e.item;
END $$;
