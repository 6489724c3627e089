import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, startCluster, stopStaleServer } from "./cluster.ts";

const PREFIX = "signet-scratch-";

/** A PostgreSQL in a temporary directory, fast and not crash-safe; `stop` removes it. For tests and for diffs. */
export async function startScratchCluster(settings: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  await sweepAbandoned();
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  // PostgreSQL's own user, when root starts it as another, must be able to pass through.
  chmodSync(directory, 0o711);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const dataDirectory = join(directory, "postgres");
    const cluster = await startCluster({ dataDirectory, password: "scratch", durable: false, settings });
    return { ...cluster, stop: () => cluster.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** A killed run leaves its server behind: the next run ends those whose maker is gone. */
async function sweepAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    if (isAlive(Number(name.slice(PREFIX.length).split("-")[0]))) continue;
    const directory = join(tmpdir(), name);
    await stopStaleServer(join(directory, "postgres")).catch(() => undefined);
    rmSync(directory, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
