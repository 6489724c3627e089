/**
 * Puts the examples, as they are now, into the snippets of the SDK's README, the commands into the page of the command line, and
 * the environment and the metrics into the page of operations.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withCommands } from "../sdk/typescript/testing/cli-page.ts";
import { withSnippets } from "../sdk/typescript/testing/snippets.ts";
import { withOperations } from "./docs/operations-page.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = join(ROOT, "sdk/typescript");

rewrite(join(PACKAGE, "README.md"), (markdown) =>
  withSnippets(markdown, (file) => readFileSync(join(PACKAGE, file), "utf8")),
);
rewrite(join(ROOT, "docs/cli.md"), withCommands);
const operations = join(ROOT, "docs/operations.md");
writeFileSync(operations, await withOperations(readFileSync(operations, "utf8")));

function rewrite(page: string, change: (markdown: string) => string): void {
  writeFileSync(page, change(readFileSync(page, "utf8")));
}
