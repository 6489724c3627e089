import type { Env } from "#server/platform/env.ts";
import { masterKeyCheck } from "#server/platform/master-key.ts";
import type { Secrets } from "./secrets.ts";

/** The operator's own keys where there are any, otherwise this installation's; never one of each. */
export function masterKeys(
  secrets: Pick<Secrets, "SIGNET_MASTER_KEY" | "SIGNET_MASTER_KEY_PREVIOUS">,
  given: NodeJS.ProcessEnv = process.env,
): { SIGNET_MASTER_KEY: string; SIGNET_MASTER_KEY_PREVIOUS: string } {
  const { SIGNET_MASTER_KEY, SIGNET_MASTER_KEY_PREVIOUS = "" } =
    given.SIGNET_MASTER_KEY === undefined || given.SIGNET_MASTER_KEY === "" ? secrets : given;
  return { SIGNET_MASTER_KEY: SIGNET_MASTER_KEY ?? "", SIGNET_MASTER_KEY_PREVIOUS };
}

/** What the migrator compares with the database. */
export function masterKeyChecks({
  SIGNET_MASTER_KEY: current,
  SIGNET_MASTER_KEY_PREVIOUS: previous,
}: Pick<Env, "SIGNET_MASTER_KEY" | "SIGNET_MASTER_KEY_PREVIOUS">) {
  return {
    masterKeyCheck: masterKeyCheck(current),
    previousKeyCheck: previous && masterKeyCheck(previous),
  };
}
