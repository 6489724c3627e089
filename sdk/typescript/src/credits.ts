import { type Balance, balancesOf } from "./balances.ts";
import type { CreditLine } from "./credit-line.ts";
import { type TicketOptions, Tickets } from "./tickets.ts";
import { Usage } from "./usage.ts";

/** All that is done with the credits of one license. */
export class Credits {
  readonly usage: Usage;
  readonly #tickets: Tickets;
  readonly #line: CreditLine;

  constructor(line: CreditLine) {
    this.#line = line;
    this.#tickets = new Tickets(line);
    this.usage = new Usage(line);
    // What an earlier process has left goes on, and nobody waits for it.
    void this.#tickets.resume();
    void this.usage.resume();
  }

  ticket(meter: string, amount: number, options: TicketOptions = {}) {
    return this.#tickets.issue(meter, amount, options);
  }

  balances(signal: AbortSignal | undefined): Promise<readonly Balance[]> {
    return balancesOf(this.#line, signal);
  }
}
