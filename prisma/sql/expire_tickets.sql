-- Announces tickets that time has already ended and returns their credits, at most p_limit a call; returns how many.
CREATE OR REPLACE FUNCTION expire_tickets(p_tenant uuid, p_now timestamptz, p_limit integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_now timestamptz := date_trunc('milliseconds', coalesce(p_now, clock_timestamp()));
  v_items jsonb;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  SELECT jsonb_agg(jsonb_build_object('id', k.id, 'verb', 'expire', 'license_id', a.license_id,
           'event_id', gen_random_uuid(), 'correlation_id', 'cor_ticket_expiry'))
    INTO v_items
    FROM (SELECT id, account_id FROM ticket
           WHERE tenant_id = p_tenant AND status = 'pending' AND expires_at < v_now
           ORDER BY expires_at LIMIT p_limit) k
    JOIN account a ON a.tenant_id = p_tenant AND a.id = k.account_id;
  IF v_items IS NULL THEN RETURN 0; END IF;
  PERFORM end_tickets(p_tenant, v_now, v_items);
  RETURN jsonb_array_length(v_items);
END $$;
