// Runs on whatever Node ≥ 20 the machine has, before anything is installed: nothing but Node's own modules here.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const NODE = join(ROOT, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
/** Kept inside node_modules, so that it goes when they go. */
const STAMP = join(ROOT, "node_modules", ".signet-lock-hash");

/**
 * Installs what package-lock.json asks for, unless that was done, and runs a TypeScript file of this folder with the
 * pinned Node 24, passing on arguments, signals and the exit code.
 * @param {string} script
 */
export async function handOver(script) {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    fail(`Signet needs Node 20 or newer to start; this is ${process.version}.`);
  }
  install();
  const child = spawn(NODE, [join(ROOT, "scripts", script), ...process.argv.slice(2)], {
    // The channel lets the child notice should this process be killed.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    cwd: ROOT,
  });
  // Ctrl-C reaches the child by itself, and kill must be passed on; either way the child decides when it is over.
  process.on("SIGINT", () => undefined);
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`Node 24 could not be run from node_modules: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
}

function install() {
  const hash = createHash("sha256")
    .update(readFileSync(join(ROOT, "package-lock.json")))
    .digest("hex");
  if (existsSync(NODE) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return;
  const started = performance.now();
  process.stdout.write("  Installing packages …\n");
  const flags = ["--no-save", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = spawnSync("npm", ["install", ...flags], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) fail("The packages could not be installed; see npm's message above.");
  if (!existsSync(NODE))
    fail("Node 24 was not installed; run npm ci without --ignore-scripts and --omit=dev.");
  mkdirSync(join(ROOT, "node_modules"), { recursive: true });
  writeFileSync(STAMP, hash);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`✓ Installed packages (${seconds} s)\n`);
}

/** @param {string} sentence */
function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
