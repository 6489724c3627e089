-- An API key by its hash or by its id, if it may be used now: no row otherwise. Read afresh by every request, so that a
-- revoked key opens nothing. Its last use is noted at most once in five minutes, and by one request alone.
CREATE OR REPLACE FUNCTION find_api_key(p_tenant uuid, p_now timestamptz, p_hash bytea, p_id uuid)
RETURNS TABLE (id uuid, scopes text[], expires_at timestamptz, public_x text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
#variable_conflict use_column
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_key api_key%ROWTYPE;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  IF p_hash IS NULL THEN
    SELECT k.* INTO v_key FROM api_key k WHERE k.tenant_id = p_tenant AND k.id = p_id;
  ELSE
    SELECT k.* INTO v_key FROM api_key k WHERE k.tenant_id = p_tenant AND k.hash = p_hash;
  END IF;
  IF v_key.id IS NULL OR v_key.revoked_at IS NOT NULL OR v_key.expires_at <= v_now THEN RETURN; END IF;
  IF v_key.last_used_at IS NULL OR v_key.last_used_at < v_now - interval '5 minutes' THEN
    UPDATE api_key SET last_used_at = v_now
     WHERE tenant_id = p_tenant
       AND id = (SELECT k.id FROM api_key k WHERE k.tenant_id = p_tenant AND k.id = v_key.id
                    FOR NO KEY UPDATE SKIP LOCKED);
  END IF;
  RETURN QUERY SELECT v_key.id, v_key.scopes, v_key.expires_at, v_key.public_x;
END $$;
