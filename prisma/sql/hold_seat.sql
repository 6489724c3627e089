-- Gives a seat of a locked pool to its holder, or to its holder for longer. A function of its own, because an update of
-- one row by its key reads that row alone, whatever the planner believes of the table.
CREATE OR REPLACE FUNCTION hold_seat(
  p_tenant uuid, p_pool uuid, p_slot integer, p_fence bigint, p_lease uuid, p_activation uuid, p_holder text,
  p_borrowed boolean, p_until timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE seat
     SET fence = p_fence, lease_id = p_lease, activation_id = p_activation, holder = p_holder, borrowed = p_borrowed,
         expires_at = p_until
   WHERE tenant_id = p_tenant AND pool_id = p_pool AND slot = p_slot;
END $$;
