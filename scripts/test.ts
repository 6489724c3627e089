import { join } from "node:path";
import { playwright, single, type Tally, vitest } from "./check/checks.ts";
import { installSystemPackages } from "./check/system.ts";
import { ROOT } from "./launcher/home.ts";
import { generateClient } from "./launcher/prepare.ts";
import { colour } from "./launcher/progress.ts";

const problem = installSystemPackages();
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}
await generateClient(new AbortController().signal);

// Some hundred processes begin here, most of whose life would be compiling what the one before has compiled.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules/.cache/compiled");

const CHECKS: readonly [name: string, run: () => Promise<Tally>][] = [
  ["format and lint", () => single("@biomejs/biome/bin/biome", ["check", "."])],
  ["types of the routes", () => single("next/dist/bin/next", ["typegen"])],
  ["types", () => single("typescript/bin/tsc", ["--noEmit"])],
  ["nothing unused", () => single("knip/bin/knip.js", [])],
  ["unit, integration and architecture tests", vitest],
  ["end to end, in a browser, against npm start", playwright],
];

let passed = 0;
let failed = 0;
for (const [name, run] of CHECKS) {
  console.log(`\n${colour(1, name)}`);
  const started = performance.now();
  const tally = await run();
  passed += tally.passed;
  failed += tally.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const mark = tally.failed === 0 ? colour(32, "✓") : colour(31, "✗");
  console.log(`${mark} ${name}: ${tally.passed} passed, ${tally.failed} failed (${seconds} s)`);
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
