/** What the processor needs of the health service. */
export interface Health {
  /** Computes the figures over all tenants that monitoring reads, and says of how many tenants. */
  computeFigures(): Promise<{ tenants: number }>;
}

export function healthFigures(health: Health) {
  return (): Promise<{ tenants: number }> => health.computeFigures();
}
