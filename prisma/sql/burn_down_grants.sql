-- Brings the grants of a locked account up to what was spent: by priority, then earliest expiry, then creation.
--
-- Spending itself never touches a grant. Between two changes to the set of grants their order stands still, so burning
-- all that was spent in between at once gives what burning each debit would have; whoever adds a grant, expires one or
-- gives credits back burns down first. What was spent since the last time needs no column either: it is what the grants
-- and the lapsing reservations still hold above granted - spent. Above what they hold it is overdraft, a debt that the
-- next grant pays; below zero it is credits given back, which belong to no grant, are spent first and never expire.
CREATE OR REPLACE FUNCTION burn_down_grants(p_tenant uuid, p_account uuid) RETURNS void LANGUAGE sql AS $$
  WITH live AS (
    SELECT g.id, g.remaining, sum(g.remaining) OVER () AS held,
           sum(g.remaining) OVER (ORDER BY g.priority, g.expires_at NULLS LAST, g.created_at, g.id) - g.remaining AS before
      FROM "grant" g
     WHERE g.tenant_id = p_tenant AND g.account_id = p_account AND g.remaining > 0
  ), burnt AS (
    SELECT live.id, least(live.remaining, live.held + a.lapsing - (a.granted - a.spent) - live.before) AS amount
      FROM live JOIN account a ON a.tenant_id = p_tenant AND a.id = p_account
  )
  UPDATE "grant" g SET remaining = g.remaining - burnt.amount
    FROM burnt WHERE g.tenant_id = p_tenant AND g.id = burnt.id AND burnt.amount > 0
$$;
