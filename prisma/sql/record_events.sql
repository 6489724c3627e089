-- Writes events into the outbox, and a delivery for each endpoint that wants them: [{id, at, type, version, data,
-- correlationId}]. An id that is there already changes nothing. Returns how many are new.
CREATE OR REPLACE FUNCTION record_events(p_tenant uuid, p_now timestamptz, p_events jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_count integer;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  WITH told AS (
    INSERT INTO domain_event (tenant_id, id, at, type, version, data, correlation_id)
    SELECT p_tenant, e.id, e.at, e.type, e.version, e.data, e."correlationId"
      FROM jsonb_to_recordset(p_events)
           AS e (id uuid, at timestamptz, type text, version integer, data jsonb, "correlationId" text)
     ORDER BY e.id
    ON CONFLICT (tenant_id, id) DO NOTHING
    RETURNING id, type
  ), on_the_way AS (
    INSERT INTO webhook_delivery (tenant_id, id, endpoint_id, event_id, event_type, created_at, next_attempt_at)
    SELECT p_tenant, gen_random_uuid(), w.id, told.id, told.type, p_now, p_now
      FROM told
      JOIN webhook_endpoint w ON w.tenant_id = p_tenant AND w.disabled_at IS NULL AND w.removed_at IS NULL
                             AND (told.type = ANY (w.events) OR '*' = ANY (w.events) AND told.type <> 'webhook.test')
  )
  SELECT count(*) INTO v_count FROM told;
  RETURN v_count;
END $$;
