import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SDK_VERSION } from "#sdk/version.ts";
import { CODES } from "#server/domain/codes.ts";
import { EVENT_TYPES } from "#server/domain/event-catalogue.ts";
import { createFetchHandler } from "#server/license-server/next-adapter.ts";
import { plainServices } from "#server/license-server/testing/plain-services.ts";
import { sectionsOf } from "./_content/sections.ts";
import { readPage, withIncludes } from "./_content/source.ts";
import { PAGES } from "./_shell/pages.ts";
import { apiDocument } from "./api/document.ts";
import { apiMarkdown } from "./api/markdown.ts";
import { SDK_CODE_HELP } from "./errors/sdk-help.ts";
import { ENTRIES } from "./sdk/entries.ts";
import { eventsMarkdown } from "./webhooks/events.ts";

const written = PAGES.filter(({ isMade }) => isMade === undefined).map(({ slug }) => slug);

describe.each(written)("the page %s", (slug) => {
  test("begins with one title, and shows only programs that are files of this repository", async () => {
    const markdown = await withIncludes(await readPage(slug));
    expect(markdown).toMatch(/^# \S/);
    expect(markdown).not.toContain("file=");
    expect(sectionsOf(markdown).filter(({ depth }) => depth === 1)).toHaveLength(1);
  });

  test("links only to what is there", async () => {
    const markdown = await readPage(slug);
    for (const [, href = ""] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
      if (href.startsWith("https://")) continue;
      const [path = "", anchor] = href.replace("/docs/", "").split("#");
      const page = PAGES.find((each) => each.slug === path);
      expect(page, href).toBeDefined();
      if (anchor === undefined) continue;
      if (path === "errors") expect([...Object.keys(CODES), ...Object.keys(SDK_CODE_HELP)]).toContain(anchor);
      else expect(sectionsOf(await readPage(path)).map(({ id }) => id)).toContain(anchor);
    }
  });
});

test.each([
  "README.md",
  "sdk/typescript/README.md",
  "docs/cli.md",
  "docs/start/desktop.md",
  "docs/start/react.md",
])("%s installs the SDK's package of this version", (path) => {
  const named = /signet-sdk-(.+?)\.tgz/.exec(readFileSync(join(process.cwd(), path), "utf8"));
  expect(named?.[1]).toBe(SDK_VERSION);
});

test("the page of the HTTP API has every operation, with an example of what it takes and gives", async () => {
  const answer = await createFetchHandler(
    plainServices(),
    "/api",
  )(new Request("http://localhost/api/v1/openapi.json"));
  const document = apiDocument.parse(await answer.json());
  const markdown = apiMarkdown(document);
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      const [, section = ""] = markdown.split(`\`${method.toUpperCase()} ${path}\``);
      expect(section, path).not.toBe("");
      if (requestBody !== undefined) expect(section.split("\n## ")[0], path).toContain("Request:");
    }
  }
});

test("the page of webhooks has every event, with an example, and its table leads to each", async () => {
  const markdown = eventsMarkdown();
  const ids = sectionsOf(markdown).map(({ id }) => id);
  const linked = [...markdown.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(linked).toHaveLength(EVENT_TYPES.length);
  for (const anchor of linked) expect(ids).toContain(anchor);
  expect(await withIncludes(await readPage("webhooks"))).toMatch(/^# Webhooks\n[\s\S]*createServer/);
});

test("the SDK's reference has a page for each entry point of its package", () => {
  const manifest: { exports: Record<string, unknown> } = JSON.parse(
    readFileSync(join(process.cwd(), "sdk/typescript/package.json"), "utf8"),
  );
  const imported = Object.keys(manifest.exports).filter((name) => name !== "./package.json");
  expect(ENTRIES.map(({ path }) => (path === "" ? "." : `./${path}`))).toEqual(imported);
});
