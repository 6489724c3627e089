-- Search goes by the beginnings of words. Trigrams and full text would be no use here: their operators are not leakproof, so under
-- row-level security PostgreSQL lets no index serve them for a role that it binds. Comparing text is leakproof, and COLLATE "C"
-- keeps everything with one beginning together whatever the database's own collation is.

-- CreateTable
CREATE TABLE "search_term" (
    "tenant_id" UUID NOT NULL,
    "term" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,

    CONSTRAINT "search_term_pkey" PRIMARY KEY ("tenant_id","kind","term","subject_id")
);

-- CreateIndex
CREATE INDEX "search_term_tenant_id_subject_id_idx" ON "search_term"("tenant_id", "subject_id");

SELECT protect_tenant_table('"search_term"');
-- A term goes when the word does.
GRANT DELETE ON "search_term" TO signet_app;

-- A text's words, and the text itself: lower case, at most 60 characters of each, 40 words.
CREATE FUNCTION search_terms(p_text text) RETURNS TABLE (term text) LANGUAGE sql IMMUTABLE AS $$
  SELECT DISTINCT left(w.word, 60) FROM (
    (SELECT word FROM regexp_split_to_table(lower(p_text), '[[:space:][:punct:]]+') AS word LIMIT 40)
    UNION ALL SELECT btrim(lower(p_text))) AS w (word)
   WHERE w.word <> ''
$$;

-- Runs with the privileges of whoever writes: row-level security holds for the terms as it does for what they find.
CREATE FUNCTION keep_search_terms() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_text text := CASE TG_TABLE_NAME WHEN 'customer' THEN to_jsonb(NEW)->>'name' ELSE to_jsonb(NEW)->>'note' END;
  v_email text := CASE TG_TABLE_NAME WHEN 'customer' THEN coalesce(to_jsonb(NEW)->>'email', '') ELSE '' END;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM search_term WHERE tenant_id = NEW.tenant_id AND subject_id = NEW.id;
  END IF;
  INSERT INTO search_term (tenant_id, kind, term, subject_id)
  SELECT NEW.tenant_id, TG_TABLE_NAME, t.term, NEW.id FROM (
    SELECT term FROM search_terms(v_text) UNION SELECT term FROM search_terms(v_email)) AS t
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER customer_search_terms_added AFTER INSERT ON "customer"
  FOR EACH ROW EXECUTE FUNCTION keep_search_terms();
CREATE TRIGGER customer_search_terms_changed AFTER UPDATE OF "name", "email" ON "customer"
  FOR EACH ROW WHEN (OLD."name" <> NEW."name" OR OLD."email" IS DISTINCT FROM NEW."email") EXECUTE FUNCTION keep_search_terms();
-- Most licenses have no note, and nothing on the hot path sets one.
CREATE TRIGGER license_search_terms_added AFTER INSERT ON "license"
  FOR EACH ROW WHEN (NEW."note" <> '') EXECUTE FUNCTION keep_search_terms();
CREATE TRIGGER license_search_terms_changed AFTER UPDATE OF "note" ON "license"
  FOR EACH ROW WHEN (OLD."note" <> NEW."note") EXECUTE FUNCTION keep_search_terms();

-- What there is already. Forced row-level security would hold for an owner who is no superuser too, and no tenant is set here.
ALTER TABLE "customer" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "license" NO FORCE ROW LEVEL SECURITY;
ALTER TABLE "search_term" NO FORCE ROW LEVEL SECURITY;
INSERT INTO "search_term" (tenant_id, kind, term, subject_id)
SELECT DISTINCT c.tenant_id, 'customer', t.term, c.id FROM "customer" c
 CROSS JOIN LATERAL (SELECT term FROM search_terms(c.name) UNION SELECT term FROM search_terms(coalesce(c.email, ''))) AS t;
INSERT INTO "search_term" (tenant_id, kind, term, subject_id)
SELECT DISTINCT l.tenant_id, 'license', t.term, l.id FROM "license" l CROSS JOIN LATERAL search_terms(l.note) AS t WHERE l.note <> '';
ALTER TABLE "customer" FORCE ROW LEVEL SECURITY;
ALTER TABLE "license" FORCE ROW LEVEL SECURITY;
ALTER TABLE "search_term" FORCE ROW LEVEL SECURITY;

-- AlterTable
ALTER TABLE "activation" ADD COLUMN "search_name" TEXT COLLATE "C" GENERATED ALWAYS AS (nullif(lower(left("name", 60)), '')) STORED;

-- CreateIndex
CREATE INDEX "activation_tenant_id_search_name_idx" ON "activation"("tenant_id", "search_name");
CREATE INDEX "activation_tenant_id_fingerprint_idx" ON "activation"("tenant_id", "fingerprint" COLLATE "C");

-- The last characters of a key, or the first of these.
DROP INDEX "license_tenant_id_key_hint_idx";
CREATE INDEX "license_tenant_id_key_hint_idx" ON "license"("tenant_id", "key_hint" COLLATE "C");
