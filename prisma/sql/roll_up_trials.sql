-- Counts a tenant's trials by the UTC day on which they were issued, and how many of them have been converted: the license
-- itself is no trial any more, or its customer was issued another one of the same product, no trial, within 90 days. A day
-- counts as long as that time of it may not have passed at p_since; the first run counts all.
CREATE OR REPLACE FUNCTION roll_up_trials(p_tenant uuid, p_since timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_from timestamptz := '-infinity';
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  IF EXISTS (SELECT FROM rollup_total WHERE tenant_id = p_tenant AND metric = 'trials') THEN
    v_from := date_trunc('day', p_since, 'UTC') - interval '90 days';
  END IF;
  WITH trials AS (
    SELECT t.product_id, date_trunc('day', t.issued_at, 'UTC') AS day,
           t.effective->>'type' <> 'trial' OR EXISTS (
             SELECT FROM license n
              WHERE n.tenant_id = p_tenant AND n.customer_id = t.customer_id AND n.product_id = t.product_id
                AND n.issued_at > t.issued_at AND n.issued_at < t.issued_at + interval '90 days'
                AND coalesce(n.issued_type, n.effective->>'type') <> 'trial') AS converted
      FROM license t
     WHERE t.tenant_id = p_tenant AND t.issued_at >= v_from AND coalesce(t.issued_type, t.effective->>'type') = 'trial'
       AND NOT EXISTS (SELECT FROM product o WHERE o.tenant_id = p_tenant AND o.id = t.product_id AND o.lab)
  ), counted AS (
    SELECT product_id, day, count(*) AS issued, count(*) FILTER (WHERE converted) AS converted FROM trials GROUP BY 1, 2
  )
  INSERT INTO rollup_total (tenant_id, metric, size, start, product_id, dimension, value)
  SELECT p_tenant, f.metric, 'day', c.day, c.product_id, '', f.value
    FROM counted c CROSS JOIN LATERAL (VALUES ('trials', c.issued), ('trials_converted', c.converted)) AS f (metric, value)
  ON CONFLICT (tenant_id, metric, size, start, product_id, dimension)
    DO UPDATE SET value = excluded.value WHERE rollup_total.value <> excluded.value;
END $$;
