const numbers = new Intl.NumberFormat("en");
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** 12,345 */
export function formatNumber(value: number): string {
  return numbers.format(value);
}

/** "3 devices", "1 device", "no devices". */
export function countOf(value: number, noun: string, plural = `${noun}s`): string {
  return `${value === 0 ? "no" : formatNumber(value)} ${value === 1 ? noun : plural}`;
}

/** A day in the reader's zone: "12 Jan 2027". */
export function formatDay(at: Date): string {
  return days.format(at);
}
