-- Deletes up to p_limit mails that ended more than p_days ago, and as many notes of what digests told of; returns how many. It runs as its owner, who alone may delete
-- here and whom row-level security may not bind: hence the tenant in the condition. What is younger than a week stays
-- whatever is asked for, since a mail is not written twice only as long as the first is remembered.
CREATE OR REPLACE FUNCTION delete_old_mails(p_tenant uuid, p_now timestamptz, p_days integer, p_limit integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_before timestamptz := coalesce(p_now, clock_timestamp()) - make_interval(days => greatest(p_days, 7));
  v_count integer;
  v_notices integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  DELETE FROM mail m
   WHERE m.tenant_id = p_tenant
     AND m.id = ANY (ARRAY(SELECT o.id FROM mail o
                            WHERE o.tenant_id = p_tenant AND o.created_at < v_before AND o.status <> 'pending'
                            ORDER BY o.created_at LIMIT p_limit));
  GET DIAGNOSTICS v_count = ROW_COUNT;
  DELETE FROM staff_notice n
   WHERE n.tenant_id = p_tenant
     AND n.event_id = ANY (ARRAY(SELECT o.event_id FROM staff_notice o
                                  WHERE o.tenant_id = p_tenant AND o.told_on IS NOT NULL AND o.at < v_before
                                  LIMIT p_limit));
  GET DIAGNOSTICS v_notices = ROW_COUNT;
  RETURN v_count + v_notices;
END $$;
REVOKE EXECUTE ON FUNCTION delete_old_mails FROM PUBLIC;
