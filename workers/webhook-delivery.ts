/** What the processor needs of webhooks. */
export interface Deliveries {
  /** Sends what is due, for a bounded time. */
  deliverDue(): Promise<{ delivered: number; failed: number }>;
}

export function webhookDelivery(deliveries: Deliveries) {
  return (): Promise<{ delivered: number; failed: number }> => deliveries.deliverDue();
}
