-- How many of n fingerprint components must be the same for a device to count as the same one.
CREATE OR REPLACE FUNCTION fingerprint_components_required(p_match jsonb, p_components integer)
RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN p_match = '"any"' THEN 1
    WHEN p_match = '"most"' THEN p_components / 2 + 1
    WHEN p_match ? 'atLeast' THEN least((p_match->>'atLeast')::integer, p_components)
    ELSE p_components
  END
$$;
