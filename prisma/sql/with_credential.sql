-- The facts of a decision, and what a vendor's backend proved itself with where it was one that asked. STABLE, as jsonb_build_object
-- is, so that it becomes a part of the statement that calls it: a call would be paid by every charge.
CREATE OR REPLACE FUNCTION with_credential(p_facts jsonb, p_credential jsonb)
RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_credential IS NULL THEN p_facts ELSE p_facts || jsonb_build_object('credential', p_credential) END
$$;
