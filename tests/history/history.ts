import { SignetError } from "#server/domain/errors.ts";
import type { Operation } from "./linearize.ts";

/** How much was asked, and how often nobody knows what became of it. */
export interface Tally {
  readonly operations: number;
  readonly lost: number;
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const sum = (of: (tally: Tally) => number) => tallies.reduce((total, each) => total + of(each), 0);
  return { operations: sum(({ operations }) => operations), lost: sum(({ lost }) => lost) };
}

/** Records what clients ask and are answered, on one clock. */
export class History<Asked, Answer> {
  readonly operations: Operation<Asked, Answer>[] = [];
  #time = 0;

  get tally(): Tally {
    const lost = this.operations.filter(({ answer }) => answer === undefined).length;
    return { operations: this.operations.length, lost };
  }

  /** The answer, or undefined where it was lost; any other failure is thrown. */
  async ask(asked: Asked, doing: () => Promise<Answer>): Promise<Answer | undefined> {
    const calledAt = ++this.#time;
    const answer = await doing().catch((error: unknown) => {
      if (error instanceof SignetError && error.code === "outcome_unknown") return undefined;
      throw new Error(`${JSON.stringify(asked)} failed.`, { cause: error });
    });
    this.operations.push({ asked, answer, calledAt, returnedAt: ++this.#time });
    return answer;
  }
}

/** Something that should not have happened; its text is all that a reader needs to find it again. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function listed(operations: readonly Operation<unknown, unknown>[]): string {
  return operations
    .map(({ asked, answer, calledAt, returnedAt }) => {
      return `  ${calledAt}–${returnedAt} ${JSON.stringify(asked)} → ${JSON.stringify(answer) ?? "unknown"}`;
    })
    .join("\n");
}

/** All of it, also when one fails: nothing may be under way any more when the servers it asks are closed. */
export async function whole<Result>(work: readonly Promise<Result>[]): Promise<Result[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
