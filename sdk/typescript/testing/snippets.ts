/** A fence that shows a file, or a `// #region` of it: ```` ```js file=examples/desktop.mjs region=seat ````, and what it shows now. */
const SNIPPET = /^```(\w+) file=(\S+?)(?: region=([\w-]+))?\n([\s\S]*?)^```$/gm;
const REGION_MARK = /^[ \t]*\/\/ #(?:end)?region\b.*\n/gm;

/**
 * A README whose snippets are as the files they name are now.
 *
 * @param read the text of a file named in a fence.
 * @throws Error when a fence names a region that its file does not have.
 */
export function withSnippets(markdown: string, read: (file: string) => string): string {
  return markdown.replace(SNIPPET, (_whole, language: string, file: string, region: string | undefined) => {
    const text = read(file);
    const shown = region === undefined ? text : regionOf(text, file, region);
    const name = region === undefined ? file : `${file} region=${region}`;
    return `\`\`\`${language} file=${name}\n${shown.replace(REGION_MARK, "").trimEnd()}\n\`\`\``;
  });
}

/** The files that a README's fences name. */
export function snippetFiles(markdown: string): string[] {
  return [...new Set([...markdown.matchAll(SNIPPET)].map(([, , file = ""]) => file))];
}

function regionOf(text: string, file: string, region: string): string {
  const lines = text.split("\n");
  const begin = lines.findIndex((line) => line.trim() === `// #region ${region}`);
  const length = lines.slice(begin + 1).findIndex((line) => line.trim() === "// #endregion");
  if (begin === -1 || length === -1) throw new Error(`${file} has no region ${region}.`);
  const inside = lines.slice(begin + 1, begin + 1 + length);
  const indents = inside.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const indent = Math.min(...indents);
  return inside.map((line) => line.slice(indent)).join("\n");
}
