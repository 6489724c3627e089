-- Computes a tenant's figures of one hour, and of the day it is in, from what is committed, and moves the watermark to the
-- hour's end or to p_horizon, which ever is first: before that nothing can still be committed (see platform/horizon.ts).
-- Running it again changes nothing but what has changed: while the hour is open a license may get another customer, or a
-- device another version, and what was counted under the old one is then nothing. The watermark's row is locked in a statement of its own, so that of two workers the
-- later one sees everything that the earlier one saw. What the scenario lab does is in no figure.
CREATE OR REPLACE FUNCTION roll_up_hour(p_tenant uuid, p_hour timestamptz, p_horizon timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_end timestamptz := p_hour + interval '1 hour';
  v_day timestamptz := date_trunc('day', p_hour, 'UTC');
  v_day_end timestamptz := v_day + interval '24 hours';
  c_unknown constant uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
  PERFORM set_config('signet.tenant_id', p_tenant::text, true);
  PERFORM 1 FROM rollup_watermark WHERE tenant_id = p_tenant FOR UPDATE;

  WITH happened AS MATERIALIZED (
    SELECT e.at, e.outcome, e.code, e.rule, e.facts->>'holder' AS holder, e.correlation_id, e.license_id, e.activation_id,
           coalesce(l.product_id, c_unknown) AS product_id, coalesce(l.customer_id, c_unknown) AS customer_id
      FROM runtime_event e LEFT JOIN license l ON l.tenant_id = p_tenant AND l.id = e.license_id
     WHERE e.tenant_id = p_tenant AND e.at >= p_hour AND e.at < v_end
       AND (e.outcome = 'denied'
            OR e.operation IN ('activate', 'offline_activate') AND e.facts->>'knownDevice' = 'false')
       AND NOT EXISTS (SELECT FROM product o WHERE o.tenant_id = p_tenant AND o.id = l.product_id AND o.lab)
  ), joined AS MATERIALIZED (
    SELECT h.product_id, h.customer_id, a.app_version, a.platform
      FROM happened h
      LEFT JOIN LATERAL (SELECT * FROM activation WHERE tenant_id = p_tenant AND id = h.activation_id OFFSET 0) a ON true
     WHERE h.outcome = 'granted'
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
  ), peaks AS MATERIALIZED (
    SELECT l.product_id, l.customer_id, l.id, max(s.in_use) AS in_use, max(p.seats) AS seats
      FROM steps s
      JOIN pool p ON p.tenant_id = p_tenant AND p.id = s.pool_id
      JOIN license l ON l.tenant_id = p_tenant AND l.id = p.license_id
     WHERE NOT EXISTS (SELECT FROM product o WHERE o.tenant_id = p_tenant AND o.id = l.product_id AND o.lab)
     GROUP BY l.product_id, l.customer_id, l.id
  ), figures AS (
    SELECT 'activations' AS metric, product_id, customer_id, '' AS dimension, count(*) AS value, NULL AS example
      FROM joined GROUP BY product_id, customer_id
    UNION ALL
    SELECT 'versions', product_id, customer_id, coalesce(app_version, ''), count(*), NULL
      FROM joined GROUP BY product_id, customer_id, coalesce(app_version, '')
    UNION ALL
    SELECT 'platforms', product_id, customer_id, coalesce(platform, ''), count(*), NULL
      FROM joined GROUP BY product_id, customer_id, coalesce(platform, '')
    UNION ALL
    SELECT 'denials', product_id, customer_id, code, count(*), (array_agg(correlation_id ORDER BY at DESC))[1]
      FROM happened WHERE outcome = 'denied' GROUP BY product_id, customer_id, code
    UNION ALL
    SELECT 'usage', l.product_id, l.customer_id, m.code, sum(e.spent), NULL
      FROM ledger_entry e
      JOIN account a ON a.tenant_id = p_tenant AND a.id = e.account_id
      JOIN license l ON l.tenant_id = p_tenant AND l.id = a.license_id
      JOIN meter m ON m.tenant_id = p_tenant AND m.id = a.meter_id
     WHERE e.tenant_id = p_tenant AND e.recorded_at >= p_hour AND e.recorded_at < v_end AND e.kind IN ('debit', 'settle')
       AND NOT EXISTS (SELECT FROM product o WHERE o.tenant_id = p_tenant AND o.id = l.product_id AND o.lab)
     GROUP BY l.product_id, l.customer_id, m.code
    UNION ALL
    SELECT 'seats_peak', product_id, customer_id, id::text, in_use, NULL FROM peaks
    UNION ALL
    SELECT 'seats_capacity', product_id, customer_id, id::text, seats, NULL FROM peaks
    UNION ALL
    -- Who came in vain, each once however often they tried; a holder who has had their share is no lack of seats.
    SELECT 'seats_denied', product_id, customer_id, license_id::text, count(DISTINCT coalesce(holder, correlation_id)), NULL
      FROM happened WHERE outcome = 'denied' AND code = 'no_seats_available' AND rule = 'seats.seats'
     GROUP BY product_id, customer_id, license_id
  ), stale AS (
    UPDATE rollup r SET value = 0, example = NULL
     WHERE r.tenant_id = p_tenant AND r.size = 'hour' AND r.start = p_hour AND r.value <> 0
       AND r.metric IN ('activations', 'versions', 'platforms', 'denials', 'usage', 'seats_peak', 'seats_capacity', 'seats_denied')
       AND NOT EXISTS (SELECT FROM figures f WHERE f.metric = r.metric AND f.product_id = r.product_id
                          AND f.customer_id = r.customer_id AND f.dimension = r.dimension)
  )
  INSERT INTO rollup (tenant_id, metric, size, start, product_id, customer_id, dimension, value, example)
  SELECT p_tenant, metric, 'hour', p_hour, product_id, customer_id, dimension, value, example FROM figures
  ON CONFLICT (tenant_id, metric, size, start, product_id, customer_id, dimension)
    DO UPDATE SET value = excluded.value, example = excluded.example
    WHERE (rollup.value, rollup.example) IS DISTINCT FROM (excluded.value, excluded.example);

  INSERT INTO rollup (tenant_id, metric, size, start, product_id, customer_id, dimension, value, example)
  SELECT p_tenant, metric, 'day', v_day, product_id, customer_id, dimension,
         CASE WHEN metric IN ('seats_peak', 'seats_capacity') THEN max(value) ELSE sum(value) END,
         (array_agg(example ORDER BY start DESC) FILTER (WHERE example IS NOT NULL))[1]
    FROM rollup
   WHERE tenant_id = p_tenant
     AND metric IN ('activations', 'versions', 'platforms', 'denials', 'usage', 'seats_peak', 'seats_capacity')
     AND size = 'hour' AND start >= v_day AND start < v_day_end
   GROUP BY metric, product_id, customer_id, dimension
  UNION ALL
  -- Who came in vain in two hours of a day is one person still, so that these are counted and not added up; each customer
  -- has those of the hours in which the license was theirs.
  SELECT p_tenant, 'seats_denied', 'day', v_day, r.product_id, r.customer_id, r.dimension, c.people, NULL
    FROM rollup r
   CROSS JOIN LATERAL (
     SELECT count(DISTINCT coalesce(e.facts->>'holder', e.correlation_id)) AS people FROM runtime_event e
      WHERE e.tenant_id = p_tenant AND e.license_id = r.dimension::uuid AND e.at >= v_day AND e.at < v_day_end
        AND e.outcome = 'denied' AND e.code = 'no_seats_available' AND e.rule = 'seats.seats'
        AND EXISTS (SELECT FROM rollup h
                     WHERE h.tenant_id = p_tenant AND h.metric = 'seats_denied' AND h.size = 'hour'
                       AND h.start = date_trunc('hour', e.at, 'UTC') AND h.product_id = r.product_id
                       AND h.customer_id = r.customer_id AND h.dimension = r.dimension AND h.value > 0) OFFSET 0) c
   WHERE r.tenant_id = p_tenant AND r.metric = 'seats_denied' AND r.size = 'hour' AND r.start = p_hour
  ON CONFLICT (tenant_id, metric, size, start, product_id, customer_id, dimension)
    DO UPDATE SET value = excluded.value, example = excluded.example
    WHERE (rollup.value, rollup.example) IS DISTINCT FROM (excluded.value, excluded.example);

  PERFORM roll_up_totals(p_tenant, 'hour', p_hour);
  PERFORM roll_up_totals(p_tenant, 'day', v_day);
  -- What there is to hold, used or not, takes a look at every pool: once for each day that is over, and for the hour that is not.
  IF v_end = v_day_end OR v_end > p_horizon THEN
    PERFORM roll_up_capacity(p_tenant, p_hour);
  END IF;

  UPDATE rollup_watermark SET complete_until = greatest(complete_until, least(v_end, p_horizon)) WHERE tenant_id = p_tenant;
END $$;
