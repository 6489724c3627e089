-- Undoes a batch one of whose callers was verified by keys older than those in force: nothing of it took effect, and who
-- called is to verify its callers again (trust/proven-batcher.ts). Called by each function that acts for the bearer of a
-- token, as `IF p_proven_seq < v_trust_seq`, so that a key found compromised opens nothing from its next bundle on.
CREATE OR REPLACE FUNCTION refuse_old_proof(p_trust_seq integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The keys in force are those of trust bundle %.', p_trust_seq
    USING ERRCODE = 'SG001', DETAIL = p_trust_seq::text;
END $$;
