import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SDK_VERSION } from "./src/version.ts";
import { TestAuthority } from "./testing/authority.ts";
import { LICENSE_KEY } from "./testing/client.ts";
import { TestServer } from "./testing/server.ts";

const PACKAGE = import.meta.dirname;
const INSTALL_TIMEOUT_MS = 180_000;

/** An application of somebody who has installed the packed package. */
let application: string;
let installed: string;
let server: TestServer;

beforeAll(async () => {
  application = await mkdtemp(join(tmpdir(), "signet-sdk-"));
  installed = join(application, "node_modules", "@signet", "sdk");
  await writeFile(
    join(application, "package.json"),
    '{ "name": "application", "private": true, "type": "module" }',
  );
  await run("npm", ["pack", "--pack-destination", application], PACKAGE);
  const archive = join(application, `signet-sdk-${SDK_VERSION}.tgz`);
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", archive], application);
  await cp(join(installed, "examples", "quickstart.mjs"), join(application, "quickstart.mjs"));
  // The example tells time by the machine's clock, so the authority signs for now.
  const now = Math.floor(Date.now() / 1000);
  server = await new TestServer(new TestAuthority(now)).start();
  server.now = now;
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await server?.stop();
  await rm(application, { recursive: true, force: true });
});

describe("the packed package", () => {
  test("activates and verifies offline in ten lines, on a machine that has never seen this repository", async () => {
    server.addLicense(LICENSE_KEY, { features: { "export-4k": true, "render-nodes": 8 } });
    expect(await quickstart("granted")).toEqual({
      code: 0,
      output: 'active {"export-4k":true,"render-nodes":8}\n',
      errors: "",
    });
  });

  test("says the code and the sentence of a refusal, and exits 1", async () => {
    server.addLicense(LICENSE_KEY, { refusal: "license_suspended" });
    expect(await quickstart("refused")).toEqual({
      code: 1,
      output: "",
      errors: "license_suspended: This license is suspended; ask the vendor to reinstate it.\n",
    });
  });

  test("brings `signet` along as a command", async () => {
    const command = join(application, "node_modules", ".bin", "signet");
    expect(await run(command, ["help"], application)).toContain("Usage: signet COMMAND");
  });

  test("has types for Node, for browsers and React, and for verification alone, however a project resolves them", {
    timeout: INSTALL_TIMEOUT_MS,
  }, async () => {
    await writeFile(join(application, "application.ts"), TYPED_APPLICATION);
    const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
    await writeFile(join(application, "page.ts"), TYPED_PAGE);
    const checked = { noEmit: true, strict: true, skipDefaultLibCheck: true };
    const shared = { ...checked, target: "es2022", lib: ["es2022", "dom"], types: [] };
    const bundler = { module: "esnext", moduleResolution: "bundler" };
    const projects = {
      nodenext: [{ module: "nodenext" }, "application.ts"],
      node16: [{ module: "node16", moduleResolution: "node16" }, "application.ts"],
      bundler: [bundler, "page.ts"],
      browser: [{ ...bundler, customConditions: ["browser"] }, "page.ts"],
    } as const;
    for (const [name, [options, file]] of Object.entries(projects)) {
      const project = { compilerOptions: { ...shared, ...options }, files: [file] };
      await writeFile(join(application, `tsconfig.${name}.json`), JSON.stringify(project));
      await run(process.execPath, [tsc, "-p", `tsconfig.${name}.json`], application);
    }
  });

  test("activates and verifies offline on the oldest Node it is for as on this one", {
    timeout: INSTALL_TIMEOUT_MS,
  }, async () => {
    const place = await mkdtemp(join(tmpdir(), "signet-node-"));
    try {
      await writeFile(join(place, "package.json"), '{ "private": true, "allowScripts": { "node": true } }');
      await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "node@20"], place);
      const oldest = join(place, "node_modules", "node", "bin", "node");
      expect(await run(oldest, ["--version"], place)).toMatch(/^v20\./);
      server.addLicense(LICENSE_KEY, { features: { "export-4k": true } });
      expect(await quickstart("oldest", oldest)).toMatchObject({
        code: 0,
        output: 'active {"export-4k":true}\n',
      });
      const main = join(installed, "dist", "cli", "main.js");
      expect(await run(oldest, [main, "--version"], place)).toBe(`${SDK_VERSION}\n`);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });

  test("verifies by less than 15 KB of its own, minified and gzipped", async () => {
    const input = join(installed, "dist", "verify.js");
    const build = await rolldown({ input, external: ["jose"], platform: "browser" });
    const { output } = await build.generate({ minify: true });
    const code = output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
    expect(code).toContain("verifyToken");
    expect(gzipSync(code).length).toBeLessThanOrEqual(15 * 1024);
  });

  test("reaches no part of Node from its browser, verify, backend and React entries", async () => {
    for (const entry of ["index.js", "verify.js", "backend.js", "react.js"]) {
      const reached = await modulesFrom(join(installed, "dist", entry));
      expect([entry, reached.filter((module) => isBuiltin(module))]).toEqual([entry, []]);
      expect(reached).toContain(entry === "react.js" ? "react" : "jose");
    }
    expect(await modulesFrom(join(installed, "dist", "node.js"))).toContain("node:fs/promises");
  });

  test("holds what its users need and nothing else", async () => {
    const manifest = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ version: SDK_VERSION, license: "Apache-2.0", sideEffects: false });
    expect(Object.keys(manifest.dependencies)).toEqual(["jose"]);
    const listed = await readdir(installed, { recursive: true });
    const files = listed.map((path) => path.replaceAll("\\", "/")).sort();
    const outside = files.filter((path) => !path.startsWith("dist"));
    const programs = ["air-gapped-batch.mjs", "api-gateway.mjs", "desktop.mjs", "floating-tool.mjs"];
    const examples = [...programs, "quickstart.mjs", "react-app.jsx"].map((name) => `examples/${name}`);
    expect(outside).toEqual(["LICENSE", "README.md", "examples", ...examples, "package.json"]);
    expect(files.filter((path) => /test/.test(path))).toEqual([]);
  });
});

const TYPED_APPLICATION = `
import { fileStorage, isSignetError, Signet, type Activation, type TokenReason } from "@signet/sdk";
import { openTrustBundle, verifyToken, type LicenseClaims } from "@signet/sdk/verify";
import { type LicenseCredits, meter, SignetBackend } from "@signet/sdk/backend";
import { useLicense } from "@signet/sdk/react";
const signet = new Signet({ server: "https://s", tenant: "t", rootKey: "k", product: "p", storage: fileStorage("d") });
const backend = new SignetBackend({ server: "https://s", tenant: "t", rootKey: "k", product: "p", apiKey: "sk_" });
const credits: LicenseCredits = backend.license("lic_1");
const handler: (request: Request) => Promise<Response> = meter(
  { license: (request: Request) => credits, meter: "calls", amount: 2 },
  async (request: Request) => new Response(request.url),
);
const granted: boolean = useLicense(signet).has("export-4k");
const activation: Activation = await signet.activate("key", { signal: AbortSignal.timeout(1000) });
const limit: number | undefined = activation.limit("nodes");
try { await activation.refresh(); } catch (error) {
  if (isSignetError(error) && error.code === "token_invalid") { const reason: TokenReason = error.reason; }
}
const bundle = await openTrustBundle("jws", "k", { now: 0 });
const license: LicenseClaims = await verifyToken("jws", "license", bundle, { audience: "p", now: 0 });
`;
const TYPED_PAGE = `
import { memoryStorage, Signet } from "@signet/sdk";
import { type License, type SeatState, useLicense, useSeat } from "@signet/sdk/react";
const signet = new Signet({ server: "https://s", tenant: "t", rootKey: "k", product: "p", storage: memoryStorage() });
const license: License = useLicense(signet);
const seat: SeatState = useSeat(license.activation, { holder: "ada" });
if (license.status === "grace") { const until: Date | undefined = license.activation.graceUntil; }
if (license.status === "unlicensed") { const reason: string = license.reason; }
if (seat.status === "holding") { const slot: number = seat.seat.slot; }
// @ts-expect-error there is no disk in a browser
import { fileStorage } from "@signet/sdk";
`;

/** The example, in a home of its own. */
async function quickstart(
  home: string,
  node = process.execPath,
): Promise<{ code: number; output: string; errors: string }> {
  const { url, authority } = server;
  const args = ["quickstart.mjs", url, "acme", authority.root.x, authority.product, LICENSE_KEY];
  const env = { ...process.env, XDG_STATE_HOME: join(application, home), NODE_NO_WARNINGS: "1" };
  return new Promise((resolve) => {
    execFile(node, args, { cwd: application, env }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code), output, errors });
    });
  });
}

/** Every module reached by imports from a file, by what its importer calls it. */
async function modulesFrom(file: string, reached = new Set<string>()): Promise<string[]> {
  const source = await readFile(file, "utf8");
  for (const [, specifier = ""] of source.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
    const module = specifier.startsWith(".") ? join(dirname(file), specifier) : specifier;
    if (reached.has(module)) continue;
    reached.add(module);
    if (module.startsWith("/")) await modulesFrom(module, reached);
  }
  return [...reached];
}

/** @returns what it printed; rejects with that when it fails. */
function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd }, (error, output, errors) => {
      if (error === null) resolve(output);
      else reject(new Error(`${program} ${args[0]} failed:\n${output}${errors}`, { cause: error }));
    });
  });
}
