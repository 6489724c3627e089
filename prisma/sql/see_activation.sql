-- Brings an activation up to date with what its device says of itself now. A function of its own, because an update of one
-- row by its key reads that row alone: joined to a batch's rows, the planner preferred to read all activations of a tenant.
CREATE OR REPLACE FUNCTION see_activation(
  p_tenant uuid, p_activation uuid, p_now timestamptz, p_fingerprint text, p_components text[], p_thumbprint text,
  p_name text, p_platform text, p_app_version text, p_sdk_version text
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE activation
     SET last_seen_at = p_now, fingerprint = p_fingerprint, live_fingerprint = p_fingerprint, components = p_components,
         device_thumbprint = p_thumbprint, name = coalesce(p_name, name), platform = coalesce(p_platform, platform),
         app_version = coalesce(p_app_version, app_version), sdk_version = coalesce(p_sdk_version, sdk_version)
   WHERE tenant_id = p_tenant AND id = p_activation;
END $$;
