const TTY = process.stdout.isTTY === true;
const ERASE_LINE = "\r\u001b[2K";

/** The line of the step under way, on a terminal, where it stands last and without an end. */
let pending = "";

/** Shows a step while it runs, and how long it took: `✓ Portal built (23.1 s)`. */
export async function step<T>(doing: string, done: string, work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  begin(`  ${doing} …`);
  try {
    const result = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    finish(`${colour(32, "✓")} ${done} (${seconds} s)`);
    return result;
  } catch (error) {
    finish(`${colour(31, "✗")} ${doing}`);
    throw error;
  }
}

function begin(line: string): void {
  if (!TTY) {
    console.log(line);
    return;
  }
  pending = line;
  process.stdout.write(line);
}

function finish(line: string): void {
  const erase = pending === "" ? "" : ERASE_LINE;
  pending = "";
  console.log(`${erase}${line}`);
}

/** Prints a line, above that of the step under way. */
export function printLine(line: string): void {
  if (pending === "") {
    console.log(line);
    return;
  }
  process.stdout.write(`${ERASE_LINE}${line}\n${pending}`);
}

/** `text` in an ANSI colour when a person is looking. */
export function colour(code: number, text: string): string {
  return TTY ? `\u001b[${code}m${text}\u001b[0m` : text;
}
