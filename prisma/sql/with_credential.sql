-- The facts of a decision, and what a vendor's backend proved itself with where it was one that asked.
CREATE OR REPLACE FUNCTION with_credential(p_facts jsonb, p_credential jsonb)
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_credential IS NULL THEN p_facts ELSE p_facts || jsonb_build_object('credential', p_credential) END
$$;
