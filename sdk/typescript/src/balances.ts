import type { CreditLine } from "./credit-line.ts";
import { SignetError } from "./errors.ts";
import { isCount, isRecord, isText } from "./shapes.ts";
import type { BalancesResponse } from "./wire.ts";

/** One meter of a license; all but `meter` and `unit` are amounts in that unit. */
export type Balance = BalancesResponse["balances"][number];

export async function balancesOf(
  line: CreditLine,
  signal: AbortSignal | undefined,
): Promise<readonly Balance[]> {
  const { answer } = await line.send({ method: "GET", path: "/balances", signal });
  const { balances } = answer;
  if (!Array.isArray(balances) || !balances.every(isBalance)) {
    throw new SignetError("server_error", { detail: "The answer holds no balances." });
  }
  return balances;
}

function isBalance(value: unknown): value is Balance {
  return (
    isRecord(value) &&
    isText(value.meter) &&
    typeof value.unit === "string" &&
    [value.granted, value.reserved, value.spent, value.overdraft].every(isCount) &&
    Number.isSafeInteger(value.available)
  );
}
