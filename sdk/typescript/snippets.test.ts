import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withCommands } from "./testing/cli-page.ts";
import { snippetFiles, withSnippets } from "./testing/snippets.ts";

const read = (file: string) => readFileSync(join(import.meta.dirname, file), "utf8");
const LINES_MAX = 60;

describe("the package's README", () => {
  test("shows the examples as they are: after a change of one, run `npm run snippets`", () => {
    const markdown = read("README.md");
    expect(snippetFiles(markdown).length).toBeGreaterThan(0);
    expect(withSnippets(markdown, read)).toBe(markdown);
  });

  test("shows programs under 60 lines", () => {
    for (const file of readdirSync(join(import.meta.dirname, "examples"))) {
      expect([file, read(join("examples", file)).split("\n").length - 1 < LINES_MAX]).toEqual([file, true]);
    }
  });
});

test("the page of the command line has every command, option and exit code: after a change, run `npm run snippets`", () => {
  const markdown = read("../../docs/cli.md");
  expect(withCommands(markdown)).toBe(markdown);
  expect(markdown).toContain("| `--on-lost warn\\|kill` |");
});

describe("a snippet", () => {
  const file = "begin();\nif (ready) {\n  // #region seat\n  work();\n    deeper();\n  // #endregion\n}\n";
  const shown = (fence: string, body = "old();\n") =>
    withSnippets(`${fence}\n${body}\`\`\`\nafter`, () => file);

  test("is a whole file without its marks, or one region of it at the margin", () => {
    expect(shown("```js file=a.mjs")).toBe(
      "```js file=a.mjs\nbegin();\nif (ready) {\n  work();\n    deeper();\n}\n```\nafter",
    );
    expect(shown("```js file=a.mjs region=seat")).toBe(
      "```js file=a.mjs region=seat\nwork();\n  deeper();\n```\nafter",
    );
    expect(shown("```js file=a.mjs region=seat", "")).toContain("work();");
  });

  test("of a region that is not there is an error, and a fence that names no file is left alone", () => {
    expect(() => shown("```js file=a.mjs region=gone")).toThrow("a.mjs has no region gone.");
    expect(shown("```js")).toBe("```js\nold();\n```\nafter");
  });
});
