-- Why a license may not be used at a moment, or null. The same order everywhere: what is final comes first.
-- Mirrors licenseStatus() in server/domain/license-state.ts; a test holds the two together.
CREATE OR REPLACE FUNCTION license_refusal(
  p_valid_from timestamptz, p_grace_until timestamptz, p_suspended_at timestamptz, p_revoked_at timestamptz,
  p_now timestamptz
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN p_revoked_at IS NOT NULL THEN 'license_revoked'
    WHEN p_suspended_at IS NOT NULL THEN 'license_suspended'
    WHEN p_now < p_valid_from THEN 'license_not_yet_valid'
    WHEN p_now >= p_grace_until THEN 'license_expired'
  END
$$;
