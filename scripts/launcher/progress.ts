const TTY = process.stdout.isTTY === true;

/** Shows a step while it runs, and how long it took: `✓ Portal built (23.1 s)`. */
export async function step<T>(doing: string, done: string, work: () => Promise<T> | T): Promise<T> {
  const started = performance.now();
  if (TTY) process.stdout.write(`  ${doing} …`);
  else console.log(`  ${doing} …`);
  try {
    const result = await work();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${TTY ? "\r\u001b[2K" : ""}${colour(32, "✓")} ${done} (${seconds} s)`);
    return result;
  } catch (error) {
    console.log(`${TTY ? "\r\u001b[2K" : ""}${colour(31, "✗")} ${doing}`);
    throw error;
  }
}

/** `text` in an ANSI colour when a person is looking. */
export function colour(code: number, text: string): string {
  return TTY ? `\u001b[${code}m${text}\u001b[0m` : text;
}
