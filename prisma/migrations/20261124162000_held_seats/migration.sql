-- The seats that somebody holds, however many are free: what the live view lists and what the expiry of leases looks through.
-- A heartbeat changes none of its columns, so that it stays a HOT update; Prisma's schema cannot say which rows an index has.
CREATE INDEX seat_held ON seat (tenant_id, pool_id, slot) WHERE lease_id IS NOT NULL;
