-- Whether this proof is taken for the first time; from then on it is not taken again before it expires. Each use also clears
-- away a few that have expired, so that no job is needed and the table stays as large as what is current.
CREATE OR REPLACE FUNCTION use_proof_once(p_tenant uuid, p_now timestamptz, p_hash bytea, p_expires_at timestamptz)
RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  DELETE FROM used_proof u
   USING (SELECT o.hash FROM used_proof o
           WHERE o.tenant_id = p_tenant AND o.expires_at < coalesce(p_now, clock_timestamp())
           ORDER BY o.expires_at LIMIT 4 FOR UPDATE SKIP LOCKED) old
   WHERE u.tenant_id = p_tenant AND u.hash = old.hash;
  INSERT INTO used_proof (tenant_id, hash, expires_at) VALUES (p_tenant, p_hash, p_expires_at)
  ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;
