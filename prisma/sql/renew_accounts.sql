-- Does what time has made due on locked accounts: expires grants, and gives the credits of the period that has begun.
--
-- What a reservation holds of an expired grant stays until the reservation ends: it is marked on the tickets as lapsing,
-- oldest first, and what of it is not used is then gone. A reservation holds the credits that it would burn if it were
-- settled now. A period's grant has an id made from account and period, so that it is given once, whoever comes first;
-- a license that may not be used gets none, and open_accounts looks again when that changes.
CREATE OR REPLACE FUNCTION renew_accounts(p_tenant uuid, p_accounts uuid[], p_now timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  c_correlation CONSTANT text := 'cor_credit_renewal';
  a record;
  g record;
  v_credits bigint;
  v_period text;
  v_begins timestamptz;
  v_ends timestamptz;
  v_grant uuid;
  v_held bigint;
BEGIN
  FOR a IN
    SELECT x.id, l.valid_from, l.effective->'meters'->m.code AS rules,
           license_refusal(l.valid_from, l.grace_until, l.suspended_at, l.revoked_at, p_now) AS refusal
      FROM account x
      JOIN license l ON l.tenant_id = p_tenant AND l.id = x.license_id
      JOIN meter m ON m.tenant_id = p_tenant AND m.id = x.meter_id
     WHERE x.tenant_id = p_tenant AND x.id = ANY (p_accounts) AND x.due_at <= p_now
     ORDER BY x.id
  LOOP
    v_credits := coalesce((a.rules->>'periodCredits')::bigint, 0);
    v_period := CASE WHEN v_credits > 0 THEN a.rules->>'period' END;
    v_begins := CASE WHEN v_period <> 'none' THEN date_trunc(v_period, p_now, 'UTC') END;
    v_ends := CASE WHEN v_period <> 'none'
                   THEN (v_begins AT TIME ZONE 'UTC' + ('1 ' || v_period)::interval) AT TIME ZONE 'UTC' END;
    v_grant := CASE WHEN a.refusal IS NULL THEN md5(a.id || v_period || coalesce(extract(epoch FROM v_begins)::bigint::text, ''))::uuid END;

    PERFORM burn_down_grants(p_tenant, a.id);
    v_held := 0;
    FOR g IN
      WITH live AS (
        SELECT x.id, x.remaining, x.expires_at, x.kind, sum(x.remaining) OVER () AS held,
               sum(x.remaining) OVER (ORDER BY x.priority, x.expires_at NULLS LAST, x.created_at, x.id) - x.remaining AS before
          FROM "grant" x WHERE x.tenant_id = p_tenant AND x.account_id = a.id AND x.remaining > 0
      ), reserving AS (
        SELECT live.*, y.reserved - y.lapsing - greatest(0, y.granted - y.spent - y.lapsing - live.held) AS reserved
          FROM live JOIN account y ON y.tenant_id = p_tenant AND y.id = a.id
      )
      SELECT r.id, r.remaining, least(r.remaining, greatest(0, r.reserved - r.before))::bigint AS reserved
        FROM reserving r
       WHERE r.expires_at <= p_now OR (r.kind = 'period' AND v_begins IS NOT NULL AND r.id <> v_grant)
       ORDER BY r.expires_at, r.id
    LOOP
      UPDATE "grant" SET remaining = 0, expired = g.remaining - g.reserved WHERE tenant_id = p_tenant AND id = g.id;
      v_held := v_held + g.reserved;
      IF g.remaining > g.reserved THEN
        PERFORM append_entry(p_tenant, a.id, 'expire', g.reserved - g.remaining, 0, g.id::text, NULL, '', c_correlation, p_now);
      END IF;
    END LOOP;

    IF v_held > 0 THEN
      WITH pending AS (
        SELECT t.id, t.amount - t.lapsing AS room,
               sum(t.amount - t.lapsing) OVER (ORDER BY t.issued_entry) - (t.amount - t.lapsing) AS before
          FROM ticket t WHERE t.tenant_id = p_tenant AND t.account_id = a.id AND t.status = 'pending'
      )
      UPDATE ticket t SET lapsing = t.lapsing + least(p.room, v_held - p.before)
        FROM pending p WHERE t.tenant_id = p_tenant AND t.id = p.id AND p.before < v_held;
      UPDATE account SET lapsing = lapsing + v_held WHERE tenant_id = p_tenant AND id = a.id;
    END IF;

    IF v_grant IS NOT NULL THEN
      INSERT INTO "grant" (tenant_id, id, account_id, kind, amount, remaining, created_at, expires_at)
      VALUES (p_tenant, v_grant, a.id, CASE WHEN v_ends IS NULL THEN 'prepaid' ELSE 'period' END::grant_kind,
              v_credits, v_credits, p_now, v_ends)
      ON CONFLICT (tenant_id, id) DO NOTHING;
      IF FOUND THEN
        PERFORM append_entry(p_tenant, a.id, 'grant', v_credits, 0, v_grant::text, NULL, '', c_correlation, p_now);
      END IF;
    END IF;

    UPDATE account SET due_at = least(
        CASE WHEN a.refusal = 'license_not_yet_valid' AND v_credits > 0 THEN a.valid_from END, v_ends,
        (SELECT min(x.expires_at) FROM "grant" x
          WHERE x.tenant_id = p_tenant AND x.account_id = a.id AND x.remaining > 0))
     WHERE tenant_id = p_tenant AND id = a.id;
  END LOOP;
END $$;
