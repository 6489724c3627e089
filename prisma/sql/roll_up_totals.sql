-- Adds up a tenant's figures of one hour or day over its customers, and over the licenses where figures are of licenses.
-- The capacity of seats is not among them: what is not used has no figure there (see roll_up_capacity.sql).
CREATE OR REPLACE FUNCTION roll_up_totals(p_tenant uuid, p_size text, p_start timestamptz) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO rollup_total (tenant_id, metric, size, start, product_id, dimension, value, example)
  SELECT p_tenant, r.metric, p_size, p_start, r.product_id,
         CASE WHEN r.metric IN ('seats_peak', 'seats_denied') THEN '' ELSE r.dimension END, sum(r.value), max(r.example)
    FROM rollup r
   WHERE r.tenant_id = p_tenant AND r.size = p_size AND r.start = p_start
     AND r.metric IN ('activations', 'versions', 'platforms', 'denials', 'usage', 'seats_peak', 'seats_denied')
   GROUP BY 2, 5, 6
  ON CONFLICT (tenant_id, metric, size, start, product_id, dimension)
    DO UPDATE SET value = excluded.value, example = excluded.example
    WHERE (rollup_total.value, rollup_total.example) IS DISTINCT FROM (excluded.value, excluded.example);
$$;
