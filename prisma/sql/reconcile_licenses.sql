-- Compares the next licenses' count of devices with the devices there are. As reconcile_accounts.
CREATE OR REPLACE FUNCTION reconcile_licenses(p_tenant uuid, p_now timestamptz, p_after uuid, p_rows integer)
RETURNS TABLE (last_id uuid, checked integer, begun jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_page uuid[];
  v_drift jsonb;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_page := ARRAY(
    SELECT l.id FROM (
      SELECT n.id, sum(n.activation_count) OVER (ORDER BY n.id) - n.activation_count AS rows_before
        FROM (SELECT id, activation_count FROM license
               WHERE tenant_id = p_tenant AND id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
               ORDER BY id LIMIT 2000) n) l
     WHERE l.rows_before < p_rows ORDER BY l.id);
  IF cardinality(v_page) = 0 THEN RETURN QUERY SELECT NULL::uuid, 0, '[]'::jsonb; RETURN; END IF;

  WITH live AS (
    SELECT license_id, count(*) AS devices FROM activation
     WHERE tenant_id = p_tenant AND license_id = ANY (v_page) AND deactivated_at IS NULL GROUP BY license_id
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('kind', 'license_activations', 'subject', l.id,
           'expected', jsonb_build_object('devices', coalesce(v.devices, 0)),
           'actual', jsonb_build_object('devices', l.activation_count))), '[]')
    INTO v_drift
    FROM license l LEFT JOIN live v ON v.license_id = l.id
   WHERE l.tenant_id = p_tenant AND l.id = ANY (v_page) AND l.activation_count <> coalesce(v.devices, 0);

  RETURN QUERY SELECT v_page[cardinality(v_page)], cardinality(v_page),
                      note_incidents(p_tenant, p_now, 'license', v_page, v_drift);
END $$;
