-- Notes that a lease ended when its time ran out. A function of its own, because an update of one row by its key reads
-- that row alone: joined to a batch's rows, the planner preferred to read all leases of a tenant.
CREATE OR REPLACE FUNCTION expire_lease(p_tenant uuid, p_lease uuid, p_ended_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE lease SET ended = 'expired', ended_at = p_ended_at WHERE tenant_id = p_tenant AND id = p_lease AND ended IS NULL;
END $$;
