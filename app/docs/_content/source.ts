import { readFile } from "node:fs/promises";
import { join } from "node:path";

const DOCS = join(process.cwd(), "docs");

/** The Markdown of a written page. */
export function readPage(slug: string): Promise<string> {
  return readFile(join(DOCS, `${slug}.md`), "utf8");
}

/** A fence that shows a file of the repository: ```` ```js file=sdk/typescript/examples/quickstart.mjs ````. */
const INCLUDE = /^```(\w+) file=(\S+)\n```$/gm;

/** Where a README takes a part of a program from: no part of the program. */
const REGION_MARK = /^[ \t]*\/\/ #(?:region|endregion).*\n/gm;

/**
 * The page with the programs it shows: each is a file that the tests run, so that no page shows one that does not work.
 *
 * @throws Error when a file is not there: the build of a page must not hide it.
 */
export async function withIncludes(markdown: string): Promise<string> {
  const shown = [...markdown.matchAll(INCLUDE)];
  const files = await Promise.all(
    shown.map(async ([, language = "", file = ""]) => {
      const text = (await readFile(join(process.cwd(), file), "utf8")).replace(REGION_MARK, "");
      return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
    }),
  );
  return markdown.replace(INCLUDE, () => files.shift() ?? "");
}

/** The reference of one of the SDK's modules, which the start of Signet writes from its docstrings. */
export async function readReference(module: string): Promise<string> {
  const markdown = await readFile(join(process.cwd(), "sdk/typescript/reference", `${module}.md`), "utf8");
  // Anchors that only HTML would understand: the page is Markdown.
  const plain = markdown.replaceAll(/<a id="[^"]*"><\/a> /g, "");
  return plain.replaceAll(/\((\/docs\/sdk)\/(?:node|(\w+))\.md/g, (_, base, other) =>
    other === undefined ? `(${base}` : `(${base}/${other}`,
  );
}
