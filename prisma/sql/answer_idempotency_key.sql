-- Keeps an attempt's answer; without one the key is free for the same request at once. Nothing changes where another
-- attempt has taken over. Returns whether it did.
CREATE OR REPLACE FUNCTION answer_idempotency_key(p_tenant uuid, p_now timestamptz, p_hash bytea, p_attempt uuid,
  p_answer_cipher bytea)
RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  UPDATE idempotency_key k
     SET answer_cipher = p_answer_cipher, lease_expires_at = coalesce(p_now, clock_timestamp())
   WHERE k.tenant_id = p_tenant AND k.hash = p_hash AND k.attempt = p_attempt AND k.answer_cipher IS NULL;
  RETURN FOUND;
END $$;
