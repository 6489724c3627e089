-- Decides one request file: its nonce is taken, and its device activated by activate_devices, in one transaction. One row, as
-- activate_devices answers, and the sealed response where the request was answered before.
--
-- A request that was decided and not answered, because a server ended in between, is decided again: the same device gets the
-- same activation. Two servers wait for each other at the license; should one nonce ask for two licenses at once, the primary
-- key refuses the second, which its caller then tries again and finds the nonce taken.
CREATE OR REPLACE FUNCTION activate_offline(p_tenant uuid, p_now timestamptz, p_item jsonb)
RETURNS TABLE (
  item integer, decided_at timestamptz, trust_seq integer, code text, rule text, facts jsonb,
  license_id uuid, activation_id uuid, created boolean, status_index integer, effective text, changed_at timestamptz, valid_from timestamptz, expires_at timestamptz, grace_until timestamptz,
  customer_id uuid, customer_name text, policy_code text, policy_version integer, fingerprint_match integer,
  response_cipher bytea
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_key_hash bytea := decode(p_item->>'key_hash', 'hex');
  v_now timestamptz;
  v_known offline_exchange;
  r record;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  PERFORM 1 FROM license l WHERE l.tenant_id = p_tenant AND l.key_hash = v_key_hash FOR NO KEY UPDATE;

  v_now := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  SELECT x.* INTO v_known FROM offline_exchange x
   WHERE x.tenant_id = p_tenant AND x.device_thumbprint = p_item->>'thumbprint' AND x.nonce = p_item->>'nonce';

  IF v_known.response_cipher IS NULL AND (v_known.request_hash IS NULL OR v_known.request_hash = p_item->>'request_hash') THEN
    SELECT d.* INTO r
      FROM activate_devices(p_tenant, v_now, jsonb_build_array(p_item || jsonb_build_object('offline', true))) d;
    IF r.code IS NULL AND v_known.nonce IS NULL THEN
      INSERT INTO offline_exchange (tenant_id, device_thumbprint, nonce, request_hash, license_id, activation_id,
                                    correlation_id, activated_at)
      VALUES (p_tenant, p_item->>'thumbprint', p_item->>'nonce', p_item->>'request_hash', r.license_id, r.activation_id,
              p_item->>'correlation_id', v_now);
    ELSIF r.code IS NULL THEN
      UPDATE offline_exchange x SET activation_id = r.activation_id, activated_at = v_now
       WHERE x.tenant_id = p_tenant AND x.device_thumbprint = v_known.device_thumbprint AND x.nonce = v_known.nonce;
    END IF;
    RETURN QUERY SELECT r.item, r.decided_at, r.trust_seq, r.code, r.rule, r.facts, r.license_id, r.activation_id, r.created,
      r.status_index, r.effective, r.changed_at, r.valid_from, r.expires_at, r.grace_until, r.customer_id, r.customer_name,
      r.policy_code, r.policy_version, r.fingerprint_match, NULL::bytea;
    RETURN;
  END IF;

  -- Answered before, or its nonce was: what has changed since takes effect on this request as on any other.
  SELECT CASE WHEN v_known.request_hash <> p_item->>'request_hash' THEN 'offline_request_replayed'
              WHEN t.suspended_at IS NOT NULL THEN 'tenant_suspended'
              WHEN l.id IS NULL THEN 'license_not_found'
              WHEN a.revoked_at IS NOT NULL THEN 'activation_revoked'
              WHEN a.deactivated_at IS NOT NULL THEN 'activation_not_found'
              ELSE coalesce(license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now),
                            CASE WHEN NOT (l.effective->>'offlineAllowed')::boolean THEN 'offline_not_allowed' END) END AS code,
         s.trust_seq, l.policy_version_id
    INTO r
    FROM tenant t
    JOIN tenant_state s ON s.tenant_id = t.id
    LEFT JOIN license l ON l.tenant_id = p_tenant AND l.id = v_known.license_id AND l.key_hash = v_key_hash
    LEFT JOIN activation a ON a.tenant_id = p_tenant AND a.id = v_known.activation_id
   WHERE t.id = p_tenant;
  item := 1;
  decided_at := v_now;
  trust_seq := r.trust_seq;
  code := r.code;
  rule := CASE code WHEN 'offline_request_replayed' THEN 'offline.nonce' WHEN 'offline_not_allowed' THEN 'offline.offlineAllowed'
                    ELSE usage_rule(code) END;
  facts := jsonb_build_object('replayed', true, 'answeredAt', v_known.answered_at);
  license_id := v_known.license_id;
  activation_id := v_known.activation_id;
  created := false;
  response_cipher := CASE WHEN code IS NULL THEN v_known.response_cipher END;
  INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, code, rule, facts, license_id, activation_id,
                             policy_version_id, correlation_id)
  VALUES (p_tenant, (p_item->>'event_id')::uuid, v_now, 'offline_activate',
          (CASE WHEN code IS NULL THEN 'granted' ELSE 'denied' END)::outcome, code, rule, facts, license_id,
          CASE WHEN code IS NULL THEN activation_id END, r.policy_version_id, p_item->>'correlation_id');
  RETURN NEXT;
END $$;
