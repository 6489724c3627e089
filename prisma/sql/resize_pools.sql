-- Gives licenses' pools as many slots in service as their effective policies say: reserved ones first, overage ones last.
-- Fewer seats break no lease: a slot taken out of service keeps its holder until it is given back or runs out, and is
-- not claimed again. Its row stays, since a fence may never begin anew. Called in the transaction that issues or changes
-- licenses, which holds them locked.
CREATE OR REPLACE FUNCTION resize_pools(p_tenant uuid, p_licenses uuid[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);

  INSERT INTO pool (tenant_id, id, license_id, seats, created_at)
  SELECT p_tenant, gen_random_uuid(), l.id, 0, coalesce(p_now, clock_timestamp())
    FROM license l
   WHERE l.tenant_id = p_tenant AND l.id = ANY (p_licenses) AND (l.effective->>'seats')::integer > 0
   ORDER BY l.id
  ON CONFLICT (tenant_id, license_id) DO NOTHING;
  PERFORM 1 FROM pool WHERE tenant_id = p_tenant AND license_id = ANY (p_licenses) ORDER BY id FOR NO KEY UPDATE;

  WITH sized AS MATERIALIZED (
    SELECT p.id AS pool_id, l.effective, (l.effective->>'seats')::integer AS seats
      FROM pool p JOIN license l ON l.tenant_id = p_tenant AND l.id = p.license_id
     WHERE p.tenant_id = p_tenant AND p.license_id = ANY (p_licenses)
  ), reserved AS (
    SELECT z.pool_id, r.key AS holders, row_number() OVER (PARTITION BY z.pool_id ORDER BY r.key, n) AS slot
      FROM sized z CROSS JOIN jsonb_each_text(z.effective->'reservedSeats') AS r
      CROSS JOIN generate_series(1, r.value::integer) AS n
  ), wanted AS MATERIALIZED (
    SELECT z.pool_id, s.slot::integer, reserved.holders, s.slot > z.seats AS overage
      FROM sized z
      CROSS JOIN generate_series(1, z.seats + CASE WHEN z.seats > 0 THEN (z.effective->>'overageSeats')::integer ELSE 0 END)
                 AS s (slot)
      LEFT JOIN reserved ON reserved.pool_id = z.pool_id AND reserved.slot = s.slot
  ), placed AS (
    INSERT INTO seat (tenant_id, pool_id, slot, reserved_for, overage)
    SELECT p_tenant, pool_id, slot, holders, overage FROM wanted
    ON CONFLICT (tenant_id, pool_id, slot) DO UPDATE
      SET reserved_for = excluded.reserved_for, overage = excluded.overage, in_service = true
  ), counted AS (
    UPDATE pool SET seats = z.seats FROM sized z WHERE pool.tenant_id = p_tenant AND pool.id = z.pool_id
  )
  UPDATE seat s SET in_service = false
    FROM sized z
   WHERE s.tenant_id = p_tenant AND s.pool_id = z.pool_id AND s.in_service
     AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.pool_id = s.pool_id AND w.slot = s.slot);
END $$;
