/** A text for use inside a LIKE pattern, where it stands for itself. */
export function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}
