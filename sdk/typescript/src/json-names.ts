/**
 * Whether an object in a JSON text has one name twice: which of the two counts differs from parser to parser, so a signed text that
 * does it says different things to different readers.
 *
 * @param json a text that has been parsed.
 */
export function saysTwice(json: string): boolean {
  const objects: (Set<string> | undefined)[] = [];
  const structure = /["{}[\]]/g;
  const colon = /\s*:/y;
  for (let found = structure.exec(json); found !== null; found = structure.exec(json)) {
    const [character] = found;
    if (character === "{") objects.push(new Set());
    else if (character === "[") objects.push(undefined);
    else if (character !== '"') objects.pop();
    else {
      const end = endOfString(json, found.index);
      structure.lastIndex = end;
      colon.lastIndex = end;
      if (!colon.test(json)) continue;
      const name: unknown = JSON.parse(json.slice(found.index, end));
      const names = objects.at(-1);
      if (typeof name !== "string" || names === undefined || names.has(name)) return true;
      names.add(name);
    }
  }
  return false;
}

/** The place after the closing quote: the first that no odd number of backslashes comes before. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return end + 1;
  }
  return json.length;
}
