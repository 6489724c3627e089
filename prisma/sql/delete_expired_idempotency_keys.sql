-- Forgets up to p_limit keys whose time is over; returns how many.
CREATE OR REPLACE FUNCTION delete_expired_idempotency_keys(p_tenant uuid, p_now timestamptz, p_limit integer)
RETURNS integer LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  DELETE FROM idempotency_key k
   USING (SELECT o.hash FROM idempotency_key o
           WHERE o.tenant_id = p_tenant AND o.expires_at <= coalesce(p_now, clock_timestamp())
           ORDER BY o.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED) old
   WHERE k.tenant_id = p_tenant AND k.hash = old.hash;
  GET DIAGNOSTICS v_count = ROW_COUNT;
  RETURN v_count;
END $$;
