-- The response that was kept for a request, for whoever carries it anew; refused where the same request would be.
CREATE OR REPLACE FUNCTION kept_offline_response(p_tenant uuid, p_now timestamptz, p_thumbprint text, p_nonce text)
RETURNS TABLE (code text, response_cipher bytea)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  RETURN QUERY
  SELECT CASE WHEN a.revoked_at IS NOT NULL THEN 'activation_revoked'
              WHEN a.live_fingerprint IS NULL THEN 'activation_not_found'
              ELSE coalesce(license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, v_now),
                            CASE WHEN NOT (l.effective->>'offlineAllowed')::boolean THEN 'offline_not_allowed' END) END,
         x.response_cipher
    FROM offline_exchange x
    JOIN license l ON l.tenant_id = p_tenant AND l.id = x.license_id
    LEFT JOIN activation a ON a.tenant_id = p_tenant AND a.id = x.activation_id
   WHERE x.tenant_id = p_tenant AND x.device_thumbprint = p_thumbprint AND x.nonce = p_nonce;
END $$;
