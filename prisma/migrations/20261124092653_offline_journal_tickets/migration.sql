-- CreateIndex
CREATE INDEX "offline_journal_entry_tenant_id_ticket_id_idx" ON "offline_journal_entry"("tenant_id", "ticket_id");
