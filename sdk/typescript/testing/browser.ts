import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "@playwright/test";
import { rolldown } from "rolldown";
import { chromiumOptions } from "../../../scripts/check/system.ts";

const PACKAGE = join(import.meta.dirname, "..");
const MODULES = join(PACKAGE, "../../node_modules");
/** Whatever is waited for in a page comes by this, or never. */
const STEP_MS_MAX = 15_000;
/** A name that leads here, but is no place a browser trusts: what it serves without TLS is no secure context. */
const INSECURE_HOST = "insecure.test";

/** Chromium, and a web site that serves an application which has the SDK's package bundled. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #site: Server;
  readonly #directory: string;
  /** What went wrong in the pages, as their consoles tell. */
  readonly complaints: string[] = [];

  private constructor(browser: Browser, site: Server, directory: string) {
    this.#browser = browser;
    this.#site = site;
    this.#directory = directory;
  }

  /** @param licensing what the pages know of the vendor. */
  static async open(licensing: object): Promise<TestBrowser> {
    const directory = await mkdtemp(join(tmpdir(), "signet-browser-"));
    const [browser] = await Promise.all([
      chromium.launch({
        ...chromiumOptions([`--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`]),
      }),
      installPackage(directory),
    ]);
    const scripts = {
      "/page.js": await bundled(join(directory, "testing/page/page.jsx")),
      "/verify.js": await bundled(join(directory, "testing/page/verify.js")),
    };
    const site = createServer(({ url = "/" }, response) => {
      const script = Object.entries(scripts).find(([path]) => path === url)?.[1];
      response.setHeader("content-type", script === undefined ? "text/html" : "text/javascript");
      response.end(script ?? htmlOf(url === "/verify" ? "/verify.js" : "/page.js", licensing));
    });
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    return new TestBrowser(browser, site, directory);
  }

  /** A page on a device of its own, which has the program `path` names. */
  async page(path: "/" | "/verify" = "/", host = "127.0.0.1"): Promise<Page> {
    const page = await (await this.#browser.newContext()).newPage();
    page.setDefaultTimeout(STEP_MS_MAX);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // Chromium tells every refusal there, whoever asked for it.
      const isRefusal = /^Failed to load resource: the server responded with a status of 4\d\d/.test(
        message.text(),
      );
      const isQuiet = message.type() !== "error" && message.type() !== "warning";
      if (!isRefusal && !isQuiet) this.complaints.push(message.text());
    });
    const { port } = this.#site.address() as AddressInfo;
    await page.goto(`http://${host}:${port}${path}`);
    return page;
  }

  /** One that a browser does not trust with cryptography. */
  insecurePage(): Promise<Page> {
    return this.page("/", INSECURE_HOST);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await new Promise((resolve) => this.#site.close(resolve));
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Puts the package where an application has it: what is published, by the manifest that says what is for browsers. */
async function installPackage(directory: string): Promise<void> {
  const modules = join(directory, "node_modules");
  const installed = join(modules, "@signet/sdk");
  await mkdir(installed, { recursive: true });
  for (const name of ["jose", "react", "react-dom", "scheduler"])
    await symlink(join(MODULES, name), join(modules, name));
  await copyFile(join(PACKAGE, "package.json"), join(installed, "package.json"));
  for (const place of ["testing/page", "examples"])
    await cp(join(PACKAGE, place), join(directory, place), { recursive: true });
  const tsc = join(MODULES, "typescript/bin/tsc");
  const build = [tsc, "-p", join(PACKAGE, "tsconfig.build.json"), "--outDir", join(installed, "dist")];
  await promisify(execFile)(process.execPath, build);
}

async function bundled(input: string): Promise<string> {
  // StrictMode mounts twice in development only.
  const define = { "process.env.NODE_ENV": '"development"' };
  const build = await rolldown({ input, platform: "browser", transform: { define }, logLevel: "silent" });
  const { output } = await build.generate({ format: "esm" });
  return output[0].code;
}

function htmlOf(script: string, licensing: object): string {
  return `<!doctype html><title>Test</title><link rel="icon" href="data:,"><div id="root"></div>
<script>window.licensing = ${JSON.stringify(licensing)}</script><script type="module" src="${script}"></script>`;
}
