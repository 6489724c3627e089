/** The first letter of a name, as a capital: a whole character, where `slice` would cut an emoji in half. */
export function initialOf(name: string): string {
  return ([...name.trim()][0] ?? "").toUpperCase();
}
