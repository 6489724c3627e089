// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour begins with one.
const COLOUR = /\u001b\[\d+m/g;

/** Rows of texts as lines, each column as wide as its widest text. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, index) =>
    Math.max(...rows.map((row) => lengthOf(row[index] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((text, index) => text + " ".repeat((widths[index] ?? 0) - lengthOf(text)))
      .join("  ")
      .trimEnd(),
  );
}

function lengthOf(text: string): number {
  return text.replace(COLOUR, "").length;
}
