import { hostname, userInfo } from "node:os";

/** Where this process runs: its arguments, environment and streams. Everything else here is given them. */
export const surroundings = {
  arguments: process.argv.slice(2),
  env: process.env,
  platform: process.platform,
  /** Whether what is written there is read by a person. */
  isTerminal: (stream: "stdin" | "stdout" | "stderr"): boolean => process[stream].isTTY === true,
  columns: (): number => process.stdout.columns ?? 80,
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
  now: (): number => Date.now(),
  /** All that comes by stdin; empty where it is closed. */
  async stdin(): Promise<string> {
    let text = "";
    for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk;
    return text;
  },
  /** `ada@studio-3` */
  user: (): string => `${userName()}@${hostname()}`,
};

/** A container may run as a user that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "user");
  }
}
