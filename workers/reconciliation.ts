/** What the processor needs of reconciliation. */
export interface Reconciliation {
  /** Compares what is left of every tenant's sweeps, in bounded steps. */
  reconcile(): Promise<{ checked: number; begun: number }>;
}

/** Finds drift; a run that ends early is gone on with by the next. */
export function reconciliation(service: Reconciliation) {
  return (): Promise<{ checked: number; begun: number }> => service.reconcile();
}
