import { type Running, run, running } from "../processes.ts";

/** A server of the yardstick. */
export async function startBare(flags: readonly string[]): Promise<Running> {
  const child = run("tests/bench/bare-server.ts", flags, {});
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.once("data", (data: Buffer) => resolve(Number(data.toString())));
    child.once("exit", (code) => reject(new Error(`The bare server ended with ${code}.`)));
  });
  return running(port, child);
}
