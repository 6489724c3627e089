import { existsSync, rmSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { findBinaries, reachableDirectory } from "#prisma/embedded/binaries.ts";
import { stopStaleServer } from "#prisma/embedded/cluster.ts";
import { LaunchFailure } from "./failure.ts";
import type { Home } from "./home.ts";

/** Deletes the embedded database, the secrets and the sign-ins, after asking. Throws a LaunchFailure when refused. */
export async function reset(home: Home, external: boolean, yes: boolean): Promise<void> {
  if (external) {
    throw new LaunchFailure(
      "--reset only deletes the embedded database; DATABASE_URL is set, so empty that database yourself.",
    );
  }
  const data = reachableDirectory(home.postgres, findBinaries().user);
  if (!existsSync(data) && !existsSync(home.secrets)) return;
  if (!yes && !(await confirmed(home.directory))) throw new LaunchFailure("Nothing was deleted.");
  await stopStaleServer(data);
  for (const path of [data, home.postgres, home.secrets, home.demo])
    rmSync(path, { recursive: true, force: true });
}

async function confirmed(directory: string): Promise<boolean> {
  if (process.stdin.isTTY !== true)
    throw new LaunchFailure("Add --yes to delete all data without being asked.");
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await prompt.question(
    `This deletes every license, customer and key in ${directory}, for good. Type yes to go on: `,
  );
  prompt.close();
  return answer.trim().toLowerCase() === "yes";
}
