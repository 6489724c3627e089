-- Computes a tenant's figures of one hour, and of the day it is in, from what is committed, and moves the watermark to the
-- hour's end or to p_horizon, which ever is first: before that nothing can still be committed (see platform/horizon.ts).
-- Running it again changes nothing. The watermark's row is locked in a statement of its own, so that of two workers the
-- later one sees everything that the earlier one saw.
CREATE OR REPLACE FUNCTION roll_up_hour(p_tenant uuid, p_hour timestamptz, p_horizon timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_end timestamptz := p_hour + interval '1 hour';
  v_day timestamptz := date_trunc('day', p_hour, 'UTC');
  c_unknown constant uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  PERFORM 1 FROM rollup_watermark WHERE tenant_id = p_tenant FOR UPDATE;

  WITH happened AS MATERIALIZED (
    SELECT e.outcome, e.code, coalesce(l.product_id, c_unknown) AS product_id, coalesce(l.customer_id, c_unknown) AS customer_id
      FROM runtime_event e LEFT JOIN license l ON l.tenant_id = p_tenant AND l.id = e.license_id
     WHERE e.tenant_id = p_tenant AND e.at >= p_hour AND e.at < v_end
       AND (e.outcome = 'denied'
            OR e.operation IN ('activate', 'offline_activate') AND e.facts->>'knownDevice' = 'false')
  ), held AS MATERIALIZED (
    SELECT x.pool_id, greatest(x.granted_at, p_hour) AS begun_at, x.ended_at FROM lease x
     WHERE x.tenant_id = p_tenant AND x.granted_at < v_end AND x.ended_at > p_hour AND x.ended_at > x.granted_at
    UNION ALL
    -- One that has not been ended lasts as long as its slot says, whether or not anybody has announced its end.
    SELECT x.pool_id, greatest(x.granted_at, p_hour), s.expires_at
      FROM seat s JOIN lease x ON x.tenant_id = p_tenant AND x.id = s.lease_id
     WHERE s.tenant_id = p_tenant AND s.lease_id IS NOT NULL AND s.expires_at > p_hour
       AND x.ended IS NULL AND x.granted_at < v_end
  ), steps AS (
    -- Who ends at a moment makes room for who begins at it.
    SELECT pool_id, sum(change) OVER (PARTITION BY pool_id ORDER BY at, change ROWS UNBOUNDED PRECEDING) AS in_use
      FROM (SELECT pool_id, begun_at AS at, 1 AS change FROM held
            UNION ALL SELECT pool_id, ended_at, -1 FROM held) c
  ), figures AS (
    SELECT 'activations' AS metric, product_id, customer_id, '' AS dimension, count(*) AS value
      FROM happened WHERE outcome = 'granted' GROUP BY product_id, customer_id
    UNION ALL
    SELECT 'denials', product_id, customer_id, code, count(*)
      FROM happened WHERE outcome = 'denied' GROUP BY product_id, customer_id, code
    UNION ALL
    SELECT 'usage', l.product_id, l.customer_id, m.code, sum(e.spent)
      FROM ledger_entry e
      JOIN account a ON a.tenant_id = p_tenant AND a.id = e.account_id
      JOIN license l ON l.tenant_id = p_tenant AND l.id = a.license_id
      JOIN meter m ON m.tenant_id = p_tenant AND m.id = a.meter_id
     WHERE e.tenant_id = p_tenant AND e.recorded_at >= p_hour AND e.recorded_at < v_end AND e.kind IN ('debit', 'settle')
     GROUP BY l.product_id, l.customer_id, m.code
    UNION ALL
    SELECT 'seats_peak', l.product_id, l.customer_id, l.id::text, max(s.in_use)
      FROM steps s
      JOIN pool p ON p.tenant_id = p_tenant AND p.id = s.pool_id
      JOIN license l ON l.tenant_id = p_tenant AND l.id = p.license_id
     GROUP BY l.product_id, l.customer_id, l.id
  )
  INSERT INTO rollup (tenant_id, metric, size, start, product_id, customer_id, dimension, value)
  SELECT p_tenant, metric, 'hour', p_hour, product_id, customer_id, dimension, value FROM figures
  ON CONFLICT (tenant_id, metric, size, start, product_id, customer_id, dimension)
    DO UPDATE SET value = excluded.value WHERE rollup.value <> excluded.value;

  INSERT INTO rollup (tenant_id, metric, size, start, product_id, customer_id, dimension, value)
  SELECT p_tenant, metric, 'day', v_day, product_id, customer_id, dimension,
         CASE metric WHEN 'seats_peak' THEN max(value) ELSE sum(value) END
    FROM rollup
   WHERE tenant_id = p_tenant AND metric IN ('activations', 'denials', 'usage', 'seats_peak') AND size = 'hour'
     AND start >= v_day AND start < v_day + interval '24 hours'
   GROUP BY metric, product_id, customer_id, dimension
  ON CONFLICT (tenant_id, metric, size, start, product_id, customer_id, dimension)
    DO UPDATE SET value = excluded.value WHERE rollup.value <> excluded.value;

  UPDATE rollup_watermark SET complete_until = greatest(complete_until, least(v_end, p_horizon)) WHERE tenant_id = p_tenant;
END $$;
