-- Rules published before there was a device proof ask for none. Isolation is lifted meanwhile: the owner sees every tenant.
ALTER TABLE "policy" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "policy_version" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "license" NO FORCE ROW LEVEL SECURITY;

UPDATE "policy" SET "draft" = "draft" || '{"deviceProofRequired": false}'
 WHERE jsonb_typeof("draft") = 'object' AND NOT "draft" ? 'deviceProofRequired';
UPDATE "policy_version" SET "rules" = "rules" || '{"deviceProofRequired": false}'
 WHERE NOT "rules" ? 'deviceProofRequired';
UPDATE "license" SET "effective" = "effective" || '{"deviceProofRequired": false}'
 WHERE NOT "effective" ? 'deviceProofRequired';

ALTER TABLE "policy" FORCE ROW LEVEL SECURITY;
ALTER TABLE "policy_version" FORCE ROW LEVEL SECURITY;
ALTER TABLE "license" FORCE ROW LEVEL SECURITY;
