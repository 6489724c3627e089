-- Compares the next pools with their slots, and the slots with the leases they say they are held by. As reconcile_accounts.
CREATE OR REPLACE FUNCTION reconcile_pools(p_tenant uuid, p_now timestamptz, p_after uuid, p_rows integer)
RETURNS TABLE (last_id uuid, checked integer, begun jsonb) LANGUAGE plpgsql AS $$
DECLARE
  v_page uuid[];
  v_drift jsonb;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  v_page := ARRAY(
    SELECT p.id FROM (
      SELECT n.id, sum(n.seats) OVER (ORDER BY n.id) - n.seats AS rows_before
        FROM (SELECT id, seats FROM pool
               WHERE tenant_id = p_tenant AND id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
               ORDER BY id LIMIT 500) n) p
     WHERE p.rows_before < p_rows ORDER BY p.id);
  IF cardinality(v_page) = 0 THEN RETURN QUERY SELECT NULL::uuid, 0, '[]'::jsonb; RETURN; END IF;

  WITH slots AS (
    SELECT s.pool_id, count(*) FILTER (WHERE s.in_service AND NOT s.overage) AS seats,
           count(*) FILTER (WHERE s.lease_id IS NOT NULL) AS held,
           count(*) FILTER (WHERE s.lease_id IS NOT NULL AND x.id IS NULL) AS astray
      FROM seat s
      LEFT JOIN lease x ON x.tenant_id = p_tenant AND x.id = s.lease_id AND x.pool_id = s.pool_id AND x.slot = s.slot
                       AND x.fence = s.fence AND x.holder = s.holder AND x.ended IS NULL
     WHERE s.tenant_id = p_tenant AND s.pool_id = ANY (v_page) GROUP BY s.pool_id
  ), live AS (
    SELECT pool_id, count(*) AS leases FROM lease
     WHERE tenant_id = p_tenant AND pool_id = ANY (v_page) AND ended IS NULL GROUP BY pool_id
  ), facts AS (
    SELECT p.id, jsonb_build_object('seats', p.seats) AS paid, jsonb_build_object('seats', coalesce(s.seats, 0)) AS slots,
           jsonb_build_object('liveLeases', coalesce(s.held, 0), 'slotsAstray', 0) AS held,
           jsonb_build_object('liveLeases', coalesce(l.leases, 0), 'slotsAstray', coalesce(s.astray, 0)) AS leased
      FROM pool p LEFT JOIN slots s ON s.pool_id = p.id LEFT JOIN live l ON l.pool_id = p.id
     WHERE p.tenant_id = p_tenant AND p.id = ANY (v_page)
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('kind', c.kind, 'subject', f.id, 'expected', c.expected, 'actual', c.actual)), '[]')
    INTO v_drift
    FROM facts f
    CROSS JOIN LATERAL (VALUES ('pool_seats', f.paid, f.slots), ('seat_leases', f.held, f.leased)) AS c (kind, expected, actual)
   WHERE c.expected <> c.actual;

  RETURN QUERY SELECT v_page[cardinality(v_page)], cardinality(v_page),
                      note_incidents(p_tenant, p_now, 'pool', v_page, v_drift);
END $$;
