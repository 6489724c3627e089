-- What a license is at a moment. Mirrors licenseStatus() in server/domain/license-state.ts; a test holds the two together.
CREATE OR REPLACE FUNCTION license_status(
  p_valid_from timestamptz, p_expires_at timestamptz, p_grace_until timestamptz, p_suspended_at timestamptz,
  p_revoked_at timestamptz, p_now timestamptz
) RETURNS license_status LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (CASE
    WHEN p_revoked_at IS NOT NULL THEN 'revoked'
    WHEN p_suspended_at IS NOT NULL THEN 'suspended'
    WHEN p_valid_from IS NULL OR p_now < p_valid_from THEN 'pending'
    WHEN p_expires_at IS NULL OR p_now < p_expires_at THEN 'active'
    WHEN p_now < p_grace_until THEN 'grace'
    ELSE 'expired'
  END)::license_status
$$;
