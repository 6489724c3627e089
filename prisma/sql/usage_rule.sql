-- The rule behind a refusal of usage, as the portal explains it.
CREATE OR REPLACE FUNCTION usage_rule(p_code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_code
    WHEN 'tenant_suspended' THEN 'tenant.suspended' WHEN 'license_not_found' THEN 'license.id'
    WHEN 'activation_not_found' THEN 'activation.live' WHEN 'activation_revoked' THEN 'activation.revoked'
    WHEN 'license_revoked' THEN 'license.revoked' WHEN 'license_suspended' THEN 'license.suspended'
    WHEN 'license_not_yet_valid' THEN 'validity.validFrom' WHEN 'license_expired' THEN 'validity.expiresAt'
    WHEN 'meter_not_entitled' THEN 'usage.meters' WHEN 'insufficient_credits' THEN 'usage.balance'
    WHEN 'idempotency_conflict' THEN 'usage.id' WHEN 'ticket_amount_exceeded' THEN 'usage.ticketAmountMax'
    WHEN 'ticket_not_found' THEN 'ticket.id' WHEN 'ticket_expired' THEN 'ticket.expiresAt'
    WHEN 'ticket_voided' THEN 'ticket.status' WHEN 'ticket_settled' THEN 'ticket.status' END
$$;
