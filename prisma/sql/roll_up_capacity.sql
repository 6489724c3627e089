-- The seats that a tenant's licenses have together, by product, in one hour, and the most of the day it is in.
CREATE OR REPLACE FUNCTION roll_up_capacity(p_tenant uuid, p_hour timestamptz) RETURNS void
LANGUAGE sql AS $$
  WITH seats AS (
    SELECT l.product_id, sum(p.seats) AS value
      FROM pool p JOIN license l ON l.tenant_id = p_tenant AND l.id = p.license_id
     WHERE p.tenant_id = p_tenant AND p.seats > 0 AND l.issued_at < p_hour + interval '1 hour'
       AND (l.revoked_at IS NULL OR l.revoked_at > p_hour) AND (l.grace_until IS NULL OR l.grace_until > p_hour)
       AND NOT EXISTS (SELECT FROM product o WHERE o.tenant_id = p_tenant AND o.id = l.product_id AND o.lab)
     GROUP BY l.product_id
  )
  INSERT INTO rollup_total AS t (tenant_id, metric, size, start, product_id, dimension, value)
  SELECT p_tenant, 'seats_capacity', size, start, product_id, '', value
    FROM seats CROSS JOIN (VALUES ('hour', p_hour), ('day', date_trunc('day', p_hour, 'UTC'))) AS s (size, start)
  ON CONFLICT (tenant_id, metric, size, start, product_id, dimension)
    DO UPDATE SET value = CASE t.size WHEN 'day' THEN greatest(t.value, excluded.value) ELSE excluded.value END
    WHERE t.value <> excluded.value;
$$;
