/** What the processor needs of the relay. */
export interface Events {
  /** Tells of every tenant's new decisions, in bounded steps. */
  tell(): Promise<{ told: number }>;
}

export function eventRelay(events: Events) {
  return (): Promise<{ told: number }> => events.tell();
}
