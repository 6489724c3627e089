-- Deletes up to p_limit events of the outbox of more than p_days ago, with their deliveries and attempts; returns how many
-- events. It runs as its owner, who alone may delete here and whom row-level security may not bind: hence the tenant in
-- each condition. What is younger than a week stays whatever is asked for, since it may still be on its way.
CREATE OR REPLACE FUNCTION delete_old_webhooks(p_tenant uuid, p_now timestamptz, p_days integer, p_limit integer)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_before timestamptz := coalesce(p_now, clock_timestamp()) - make_interval(days => greatest(p_days, 7));
  v_events uuid[];
  v_deliveries uuid[];
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_events := ARRAY(SELECT e.id FROM domain_event e WHERE e.tenant_id = p_tenant AND e.at < v_before ORDER BY e.at LIMIT p_limit);
  v_deliveries := ARRAY(SELECT d.id FROM webhook_delivery d WHERE d.tenant_id = p_tenant AND d.event_id = ANY (v_events)
                         ORDER BY d.id FOR UPDATE);
  DELETE FROM webhook_attempt a WHERE a.tenant_id = p_tenant AND a.delivery_id = ANY (v_deliveries);
  DELETE FROM webhook_delivery d WHERE d.tenant_id = p_tenant AND d.id = ANY (v_deliveries);
  DELETE FROM domain_event e WHERE e.tenant_id = p_tenant AND e.id = ANY (v_events);
  RETURN cardinality(v_events);
END $$;
REVOKE EXECUTE ON FUNCTION delete_old_webhooks FROM PUBLIC;
