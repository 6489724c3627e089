import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ROOMS = ["app", "server", "workers", "sdk/typescript/src"].filter((room) =>
  existsSync(join(ROOT, room)),
);
const LINES_MAX = 320;
const TEST_LINES_MAX = 400;

/** Where the machine's clock, dice and environment come in; everything else is given them. */
const EDGES = [
  /^server\/(platform|testing)\//,
  // The SDK's defaults, which a caller can replace.
  /^sdk\/typescript\/src\/(clock|platform-node|fingerprint-node|cli\/surroundings)\.ts$/,
  // The browser's clock, by which "3 minutes ago" moves on.
  /^app\/_components\/relative-time\.tsx$/,
];

interface Graph {
  modules: { source: string; dependencies: { resolved: string }[] }[];
  summary: { violations: { rule: { name: string }; from: string; to: string }[] };
}

function readGraph(): Promise<Graph> {
  const depcruise = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
  const argv = [
    depcruise,
    "--config",
    ".dependency-cruiser.mjs",
    "--output-type",
    "json",
    ...ROOMS,
    "prisma",
    "scripts",
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, argv, { cwd: ROOT, maxBuffer: 256 * 1024 * 1024 }, (error, stdout, stderr) => {
      // Its exit code is the number of violations, which the graph tells better.
      if (stdout === "") reject(error ?? new Error(stderr));
      else resolve(JSON.parse(stdout));
    });
  });
}

function sources(directory: string): string[] {
  return readdirSync(join(ROOT, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const isTest = (path: string) => /\.test\.tsx?$/.test(path);

describe("the import graph", () => {
  let graph: Graph;
  beforeAll(async () => {
    graph = await readGraph();
  }, 180_000);

  test("is not empty: every file is in it, and the arrows that make the house stand", () => {
    const known = new Set(graph.modules.map(({ source }) => source));
    expect(ROOMS.flatMap(sources).filter((path) => !known.has(path))).toEqual([]);
    const leads = (from: string, to: string) =>
      graph.modules.some(
        ({ source, dependencies }) =>
          source.startsWith(from) && dependencies.some(({ resolved }) => resolved.startsWith(to)),
      );
    for (const [from, to] of [
      ["app/", "server/trpc/"],
      ["server/trpc/", "server/domain/"],
      ["server/license-server/", "server/domain/"],
      ["server/activations/", "server/platform/"],
      ["server/trust/", "sdk/typescript/src/wire.ts"],
    ] as const) {
      expect(leads(from, to), `${from} → ${to}`).toBe(true);
    }
  });

  test("has only the arrows it may have", () => {
    expect(graph.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)).toEqual([]);
  });
});

describe("the sources", () => {
  test("read clock, dice and environment at the edges only", () => {
    const reads = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.env\b/;
    const inside = ROOMS.flatMap(sources).filter(
      (path) => !isTest(path) && !EDGES.some((edge) => edge.test(path)),
    );
    const found = inside.flatMap((path) =>
      read(path)
        .split("\n")
        .flatMap((line, index) =>
          reads.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line) ? [`${path}:${index + 1}`] : [],
        ),
    );
    expect(inside.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });

  test("stay small enough to be read in one go", () => {
    const long = ROOMS.flatMap(sources)
      .map((path) => ({ path, lines: read(path).split("\n").length }))
      .filter(({ path, lines }) => lines > (isTest(path) ? TEST_LINES_MAX : LINES_MAX));
    expect(long).toEqual([]);
  });
});
