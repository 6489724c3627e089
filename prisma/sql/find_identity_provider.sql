-- The identity provider of a tenant that issues as `p_issuer`, unless it was removed. Read afresh by every request.
CREATE OR REPLACE FUNCTION find_identity_provider(p_tenant uuid, p_issuer text)
RETURNS TABLE (jwks_url text, audience text, scope_claim text, scope_map jsonb)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  RETURN QUERY SELECT i.jwks_url, i.audience, i.scope_claim, i.scope_map FROM identity_provider i
                WHERE i.tenant_id = p_tenant AND i.issuer = p_issuer AND i.removed_at IS NULL;
END $$;
