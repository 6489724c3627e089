-- Keeps the response to a request file that activate_offline granted, unless another server was first, and returns the one
-- that is kept: whoever asks, and however often, gets the same bytes.
CREATE OR REPLACE FUNCTION answer_offline_request(p_tenant uuid, p_now timestamptz, p_item jsonb, p_response bytea)
RETURNS bytea LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_kept offline_exchange;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  UPDATE offline_exchange x SET response_cipher = p_response, answered_at = v_now
   WHERE x.tenant_id = p_tenant AND x.device_thumbprint = p_item->>'thumbprint' AND x.nonce = p_item->>'nonce'
     AND x.response_cipher IS NULL
  RETURNING x.* INTO v_kept;
  IF FOUND THEN
    INSERT INTO runtime_event (tenant_id, id, at, operation, outcome, facts, license_id, activation_id, correlation_id)
    VALUES (p_tenant, (p_item->>'event_id')::uuid, v_now, 'offline_answer', 'granted', p_item->'facts', v_kept.license_id,
            v_kept.activation_id, p_item->>'correlation_id');
  ELSE
    SELECT x.* INTO STRICT v_kept FROM offline_exchange x
     WHERE x.tenant_id = p_tenant AND x.device_thumbprint = p_item->>'thumbprint' AND x.nonce = p_item->>'nonce';
  END IF;
  RETURN v_kept.response_cipher;
END $$;
