-- The licenses that were last announced as being in a state, newest first: the list by state reads these, and corrects them by
-- those whose announcement is overdue. An index a state rather than one with the state in it: comparing an enum is not leakproof,
-- so that under row-level security no index would serve it. Product and policy are there to be compared without the row.
CREATE INDEX license_pending ON license (tenant_id, issued_at, id, product_id, policy_id) WHERE announced_status = 'pending';
CREATE INDEX license_active ON license (tenant_id, issued_at, id, product_id, policy_id) WHERE announced_status = 'active';
CREATE INDEX license_grace ON license (tenant_id, issued_at, id, product_id, policy_id) WHERE announced_status = 'grace';
CREATE INDEX license_expired ON license (tenant_id, issued_at, id, product_id, policy_id) WHERE announced_status = 'expired';
CREATE INDEX license_suspended ON license (tenant_id, issued_at, id, product_id, policy_id) WHERE announced_status = 'suspended';
CREATE INDEX license_revoked ON license (tenant_id, issued_at, id, product_id, policy_id) WHERE announced_status = 'revoked';
