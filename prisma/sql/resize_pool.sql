-- Gives a license's pool as many slots in service as its effective policy says: reserved ones first, overage ones last.
-- Fewer seats break no lease: a slot taken out of service keeps its holder until it is given back or runs out, and is
-- not claimed again. Its row stays, since a fence may never begin anew.
CREATE OR REPLACE FUNCTION resize_pool(p_tenant uuid, p_license uuid, p_new_pool uuid, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  v_rules jsonb;
  v_seats integer;
  v_pool uuid;
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  SELECT effective INTO STRICT v_rules FROM license WHERE tenant_id = p_tenant AND id = p_license;
  v_seats := (v_rules->>'seats')::integer;

  SELECT id INTO v_pool FROM pool WHERE tenant_id = p_tenant AND license_id = p_license FOR NO KEY UPDATE;
  IF v_pool IS NULL THEN
    IF v_seats = 0 THEN RETURN; END IF;
    v_pool := p_new_pool;
    INSERT INTO pool (tenant_id, id, license_id, seats, created_at)
    VALUES (p_tenant, v_pool, p_license, v_seats, coalesce(p_now, clock_timestamp()));
  ELSE
    UPDATE pool SET seats = v_seats WHERE tenant_id = p_tenant AND id = v_pool;
  END IF;

  WITH reserved AS (
    SELECT r.key AS holders, n, row_number() OVER (ORDER BY r.key, n) AS slot
      FROM jsonb_each_text(v_rules->'reservedSeats') AS r CROSS JOIN generate_series(1, r.value::integer) AS n
  ), wanted AS (
    SELECT s.slot::integer, reserved.holders, s.slot > v_seats AS overage
      FROM generate_series(1, v_seats + CASE WHEN v_seats > 0 THEN (v_rules->>'overageSeats')::integer ELSE 0 END) AS s (slot)
      LEFT JOIN reserved ON reserved.slot = s.slot
  ), placed AS (
    INSERT INTO seat (tenant_id, pool_id, slot, reserved_for, overage)
    SELECT p_tenant, v_pool, slot, holders, overage FROM wanted
    ON CONFLICT (tenant_id, pool_id, slot) DO UPDATE
      SET reserved_for = excluded.reserved_for, overage = excluded.overage, in_service = true
  )
  UPDATE seat SET in_service = false
   WHERE tenant_id = p_tenant AND pool_id = v_pool AND in_service AND slot NOT IN (SELECT slot FROM wanted);
END $$;
