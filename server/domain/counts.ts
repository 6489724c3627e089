/** Numbers in English sentences: "12,345", and "1 seat" or "12,345 seats". */

export function number(value: number): string {
  return new Intl.NumberFormat("en").format(value);
}

export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${number(value)} ${value === 1 ? noun : plural}`;
}
