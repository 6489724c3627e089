-- Writes down the drift that was found among the subjects looked at, and ends what is no longer so. Returns the newly
-- begun as a JSON array, so that each is told once.
CREATE OR REPLACE FUNCTION note_incidents(
  p_tenant uuid, p_now timestamptz, p_subject_kind text, p_subjects uuid[], p_drift jsonb
) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_begun jsonb;
BEGIN
  UPDATE incident i SET resolved_at = p_now
   WHERE i.tenant_id = p_tenant AND i.subject_kind = p_subject_kind AND i.subject_id = ANY (p_subjects) AND i.resolved_at IS NULL
     AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset(p_drift) AS d (kind text, subject uuid)
                      WHERE d.kind = i.kind AND d.subject = i.subject_id);

  SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') INTO v_begun
    FROM jsonb_to_recordset(p_drift) AS d (kind text, subject uuid, expected jsonb, actual jsonb)
   WHERE NOT EXISTS (SELECT 1 FROM incident i WHERE i.tenant_id = p_tenant AND i.kind = d.kind AND i.subject_id = d.subject
                                                AND i.resolved_at IS NULL);

  INSERT INTO incident AS i (tenant_id, kind, subject_kind, subject_id, expected, actual, first_seen_at, last_seen_at)
  SELECT p_tenant, d.kind, p_subject_kind, d.subject, d.expected, d.actual, p_now, p_now
    FROM jsonb_to_recordset(p_drift) AS d (kind text, subject uuid, expected jsonb, actual jsonb)
   ORDER BY d.kind, d.subject
  ON CONFLICT (tenant_id, kind, subject_id) DO UPDATE
    SET expected = excluded.expected, actual = excluded.actual, last_seen_at = excluded.last_seen_at, resolved_at = NULL,
        first_seen_at = CASE WHEN i.resolved_at IS NULL THEN i.first_seen_at ELSE excluded.first_seen_at END,
        acknowledged_at = CASE WHEN i.resolved_at IS NULL THEN i.acknowledged_at END,
        acknowledged_by = CASE WHEN i.resolved_at IS NULL THEN i.acknowledged_by END,
        acknowledged_note = CASE WHEN i.resolved_at IS NULL THEN i.acknowledged_note END;
  RETURN v_begun;
END $$;
