-- Who may do what a key was sent with: `first` does it, as attempt p_attempt, and no other before the lease ends; `answered`
-- comes with the answer; `in_progress` and `conflict` (the key was used for something else) do nothing. Each call also
-- forgets a few keys that have expired, so that the table stays as large as what is current.
CREATE OR REPLACE FUNCTION take_idempotency_key(p_tenant uuid, p_now timestamptz, p_hash bytea, p_request_hash bytea,
  p_attempt uuid, p_lease interval, p_kept interval)
RETURNS TABLE (outcome text, answer_cipher bytea)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_known idempotency_key;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  PERFORM delete_expired_idempotency_keys(p_tenant, p_now, 4);
  LOOP
    INSERT INTO idempotency_key AS k (tenant_id, hash, request_hash, attempt, lease_expires_at, expires_at)
    VALUES (p_tenant, p_hash, p_request_hash, p_attempt, v_now + p_lease, v_now + p_kept)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN QUERY SELECT 'first', NULL::bytea; RETURN; END IF;
    SELECT * INTO v_known FROM idempotency_key k WHERE k.tenant_id = p_tenant AND k.hash = p_hash FOR UPDATE;
    -- Forgotten between the two statements: it is free again.
    EXIT WHEN FOUND;
  END LOOP;
  IF v_known.expires_at > v_now THEN
    IF v_known.request_hash <> p_request_hash THEN RETURN QUERY SELECT 'conflict', NULL::bytea; RETURN; END IF;
    IF v_known.answer_cipher IS NOT NULL THEN RETURN QUERY SELECT 'answered', v_known.answer_cipher; RETURN; END IF;
    IF v_known.lease_expires_at > v_now THEN RETURN QUERY SELECT 'in_progress', NULL::bytea; RETURN; END IF;
  END IF;
  UPDATE idempotency_key k
     SET request_hash = p_request_hash, attempt = p_attempt, answer_cipher = NULL,
         lease_expires_at = v_now + p_lease, expires_at = v_now + p_kept
   WHERE k.tenant_id = p_tenant AND k.hash = p_hash;
  RETURN QUERY SELECT 'first', NULL::bytea;
END $$;
