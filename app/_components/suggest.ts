const CODE_LENGTH_MAX = 49;
const PREFIX_LENGTH = 4;

/** A code to begin with, from a name: "4K export" → `4k-export`. Empty when the name has no Latin letter or digit. */
export function suggestCode(name: string): string {
  return plain(name)
    .toLowerCase()
    .split(" ")
    .filter(Boolean)
    .join("-")
    .slice(0, CODE_LENGTH_MAX)
    .replace(/-$/, "");
}

/** A license key's prefix to begin with: "Renderer" → `RNDR`, "Photo Studio" → `PHST`, "Acme Render Farm Pro" → `ARFP`. */
export function suggestKeyPrefix(name: string): string {
  const words = plain(name).toUpperCase().split(" ").filter(Boolean);
  const [first = "", second] = words;
  if (words.length > 2)
    return words
      .map((word) => word.charAt(0))
      .join("")
      .slice(0, PREFIX_LENGTH);
  if (second !== undefined) return `${bones(first, 2)}${bones(second, 2)}`;
  return bones(first, PREFIX_LENGTH);
}

/** A word's first character and the consonants after it; of a word with too few of them, its beginning. */
function bones(word: string, length: number): string {
  const found =
    word.charAt(0) +
    word
      .slice(1)
      .replace(/[AEIOUY]/g, "")
      .replace(/(.)\1+/g, "$1");
  return found.length < length ? word.slice(0, length) : found.slice(0, length);
}

/** Without accents, and with a space for whatever is neither a letter nor a digit. */
function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/[\p{Mark}'’]/gu, "")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim();
}
