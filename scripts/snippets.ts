/** Puts the examples, as they are now, into the snippets of the SDK's README. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withSnippets } from "../sdk/typescript/testing/snippets.ts";

const PACKAGE = join(import.meta.dirname, "../sdk/typescript");
const readme = join(PACKAGE, "README.md");
const markdown = readFileSync(readme, "utf8");
writeFileSync(
  readme,
  withSnippets(markdown, (file) => readFileSync(join(PACKAGE, file), "utf8")),
);
