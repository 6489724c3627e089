import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../launcher/home.ts";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

interface PlaywrightReport {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}

/** Runs a program of node_modules with its output on the terminal; resolves to its exit code. */
function runVisibly(
  program: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules", program), ...argv], {
      cwd: ROOT,
      stdio: "inherit",
      env: { ...process.env, ...env },
    });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** A check that passes or fails as a whole. */
export async function single(program: string, argv: readonly string[]): Promise<Tally> {
  const passed = (await runVisibly(program, argv)) === 0;
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

/** All vitest tests; a file that cannot even be loaded counts as one failure. */
export function vitest(): Promise<Tally> {
  return counted(async (report) => {
    const argv = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const exitCode = await runVisibly("vitest/vitest.mjs", argv);
    const { numPassedTests, numFailedTests, testResults }: VitestReport = JSON.parse(
      readFileSync(report, "utf8"),
    );
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((result) => result.status === "failed"),
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length, exitCode };
  });
}

/** All Playwright tests, against what `npm start` runs. */
export function playwright(): Promise<Tally> {
  return counted(async (report) => {
    const exitCode = await runVisibly("@playwright/test/cli.js", ["test", "--reporter=list,json"], {
      PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    });
    const { stats, errors }: PlaywrightReport = JSON.parse(readFileSync(report, "utf8"));
    // Nothing here is skipped on purpose: a test that did not run did not pass.
    const failed = stats.unexpected + stats.flaky + stats.skipped + errors.length;
    return { passed: stats.expected, failed, exitCode };
  });
}

/**
 * Gives `work` a file for its report. A run that cannot report, counts nothing, or ends badly for a reason it does not
 * count (such as an error that no test caught) is one failure.
 */
async function counted(work: (report: string) => Promise<Tally & { exitCode: number }>): Promise<Tally> {
  const directory = mkdtempSync(join(tmpdir(), "signet-report-"));
  try {
    const { passed, failed, exitCode } = await work(join(directory, "report.json"));
    const uncounted = failed === 0 && (exitCode !== 0 || passed === 0);
    return { passed, failed: uncounted ? 1 : failed };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
