-- Deletes up to p_limit sessions that were not seen for eight days, a day after they can last have opened anything, and up to p_limit
-- events of people's accounts of more than 400 days ago; returns how many. It runs as its owner, who alone may delete the latter.
CREATE OR REPLACE FUNCTION delete_old_sign_ins(p_now timestamptz, p_limit integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_sessions integer;
  v_events integer;
BEGIN
  DELETE FROM user_session s
   WHERE s.id = ANY (ARRAY(SELECT o.id FROM user_session o WHERE o.last_seen_at < v_now - interval '8 days'
                            ORDER BY o.last_seen_at LIMIT p_limit));
  GET DIAGNOSTICS v_sessions = ROW_COUNT;
  DELETE FROM account_event e
   WHERE e.id = ANY (ARRAY(SELECT o.id FROM account_event o WHERE o.at < v_now - interval '400 days'
                            ORDER BY o.at LIMIT p_limit));
  GET DIAGNOSTICS v_events = ROW_COUNT;
  RETURN v_sessions + v_events;
END $$;
REVOKE EXECUTE ON FUNCTION delete_old_sign_ins FROM PUBLIC;
