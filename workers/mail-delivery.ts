/** What the processor needs of the mails. */
export interface Mailer {
  /** Sends what is due, for a bounded time. */
  deliverDue(): Promise<{ sent: number; failed: number; expired: number }>;
}

export function mailDelivery(mailer: Mailer) {
  return (): Promise<{ sent: number; failed: number; expired: number }> => mailer.deliverDue();
}
