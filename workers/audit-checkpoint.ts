/** What the processor needs of the audit chains. */
export interface AuditCheckpoints {
  /** Signs where every tenant's chain ends and says how many had grown. */
  sealAll(): Promise<{ sealed: number }>;
}

export function auditCheckpoint(checkpoints: AuditCheckpoints) {
  return (): Promise<{ sealed: number }> => checkpoints.sealAll();
}
