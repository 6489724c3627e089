-- The first p_limit seats of a pool that may be given out, to a group's holders or, without one, to anyone: never held, or
-- their lease has run out. By slot, in which overage seats come last (resize_pools), so that what it reads ends with the
-- last seat that is wanted.
CREATE OR REPLACE FUNCTION free_seats(p_tenant uuid, p_pool uuid, p_group text, p_now timestamptz, p_limit bigint)
RETURNS TABLE (slot integer, fence bigint, overage boolean, lease_id uuid, expires_at timestamptz, place bigint)
LANGUAGE sql STABLE AS $$
  SELECT f.slot, f.fence, f.overage, f.lease_id, f.expires_at, row_number() OVER ()
    FROM (SELECT s.slot, greatest(s.fence, s.fence_floor) AS fence, s.overage, s.lease_id, s.expires_at
            FROM seat s
           WHERE s.tenant_id = p_tenant AND s.pool_id = p_pool AND s.reserved_for IS NOT DISTINCT FROM p_group
             AND s.in_service AND (s.expires_at IS NULL OR s.expires_at < p_now)
           ORDER BY s.slot LIMIT p_limit) f
$$;
