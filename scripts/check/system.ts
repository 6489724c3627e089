import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"];

/** What the tests need from the operating system: the programs, any of which will do, and Debian's package. */
const NEEDED = [
  { programs: CHROMIUM, package: "chromium" },
  { programs: ["redis-server"], package: "redis-server" },
];

/** The path of the first of `programs` that PATH has. */
export function findProgram(programs: readonly string[]): string | undefined {
  for (const directory of (process.env.PATH ?? "").split(delimiter)) {
    for (const program of programs) {
      const path = join(directory, program);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this one.
      }
    }
  }
  return undefined;
}

/** The path of Chromium, which must be there. */
function chromiumPath(): string {
  const path = findProgram(CHROMIUM);
  if (path === undefined) throw new Error("Chromium is missing; install it: apt-get install chromium");
  return path;
}

/** How Playwright starts it. */
export function chromiumOptions(args: readonly string[] = []) {
  // Chromium's sandbox does not work for root.
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return { executablePath: chromiumPath(), args: ["--disable-background-networking", ...sandbox, ...args] };
}

/** Installs what is missing where it may; returns, where it may not, one sentence that says what to install. */
export function installSystemPackages(): string | undefined {
  const missing = () => NEEDED.filter(({ programs }) => findProgram(programs) === undefined);
  if (missing().length === 0) return undefined;
  const packages = missing().map((need) => need.package);
  if (process.getuid?.() === 0 && findProgram(["apt-get"]) !== undefined) {
    console.log(`  Installing ${packages.join(" and ")} …`);
    const apt = (...argv: string[]) =>
      spawnSync("apt-get", ["-qq", ...argv], {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
      });
    apt("update");
    apt("install", "--yes", "--no-install-recommends", ...packages);
  }
  const still = missing().map((need) => need.package);
  return still.length === 0
    ? undefined
    : `The tests need ${still.join(" and ")}: install with apt-get install ${still.join(" ")}, and try again.`;
}
