import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { freePort } from "#prisma/embedded/cluster.ts";
import { checkExternal } from "./database.ts";
import { openHome } from "./home.ts";
import { parseOptions } from "./options.ts";
import { refuseTakenPorts } from "./ports.ts";
import { loadSecrets } from "./secrets.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "signet-launcher-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe("the command line", () => {
  test("names an argument it does not know", () => {
    expect(() => parseOptions(["--dev", "--nonsense"])).toThrow("Unknown option --nonsense");
    expect(parseOptions(["--reset", "-y"])).toEqual({ dev: false, reset: true, yes: true, help: false });
  });
});

describe("the home directory", () => {
  test("belongs to one launcher at a time", async () => {
    const other = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "start.ts"], {
      stdio: "ignore",
    });
    await new Promise((resolve) => other.once("spawn", resolve));
    writeFileSync(join(directory, "launcher.pid"), String(other.pid));
    expect(() => openHome(directory)).toThrow(
      `Signet is already running from ${directory} (process ${other.pid})`,
    );
    other.kill("SIGKILL");
    await new Promise((resolve) => other.once("close", resolve));
    openHome(directory).release();
    expect(existsSync(join(directory, "launcher.pid"))).toBe(false);
  });

  test("is not held by a process that has since got the number of a dead launcher", () => {
    writeFileSync(join(directory, "launcher.pid"), String(process.ppid));
    expect(() => openHome(directory)).not.toThrow();
  });

  test("that cannot be made is said to be so in one sentence", () => {
    writeFileSync(join(directory, "file"), "");
    expect(() => openHome(join(directory, "file"))).toThrow(
      /file is not a directory; set SIGNET_HOME to another/,
    );
  });

  test("that may not be written is said to be so in one sentence", () => {
    chmodSync(directory, 0o500);
    const script = `import(${JSON.stringify(join(import.meta.dirname, "home.ts"))}).then(({ openHome }) => openHome(process.argv[1]))`;
    // Root may write anywhere, so someone else tries.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const { stderr } = spawnSync(process.execPath, ["-e", script, directory], {
      ...nobody,
      encoding: "utf8",
    });
    expect(stderr).toContain(`No permission to write to ${directory}`);
  });
});

describe("the secrets", () => {
  test("are made once, for this user's eyes only", () => {
    const { home } = openHome(directory);
    const secrets = loadSecrets(home);
    expect(Buffer.from(secrets.SIGNET_MASTER_KEY, "base64")).toHaveLength(32);
    expect(statSync(home.secrets).mode & 0o777).toBe(0o600);
    expect(loadSecrets(home)).toEqual(secrets);
  });

  test("gain the one an earlier version did not have, and keep the others", () => {
    const { home } = openHome(directory);
    const { demoSecret, ...earlier } = loadSecrets(home);
    writeFileSync(home.secrets, JSON.stringify(earlier));
    const secrets = loadSecrets(home);
    expect(secrets).toMatchObject(earlier);
    expect(secrets.demoSecret).toMatch(/^[\w-]{43}$/);
    expect(secrets.demoSecret).not.toBe(demoSecret);
    expect(loadSecrets(home)).toEqual(secrets);
  });

  test("are not made anew for a database that was made with others", () => {
    const { home } = openHome(directory);
    writeFileSync(home.postgres, "");
    expect(() => loadSecrets(home)).toThrow(/secrets\.json is missing while its database is there/);
  });

  test("that are damaged are said to be", () => {
    const { home } = openHome(directory);
    for (const text of ["", "{", "null", '{"SIGNET_MASTER_KEY":1}']) {
      writeFileSync(home.secrets, text);
      expect(() => loadSecrets(home), text).toThrow(/secrets\.json is damaged/);
      expect(readFileSync(home.secrets, "utf8")).toBe(text);
    }
  });
});

describe("a port", () => {
  test("that is taken is named with the variable that moves it", async () => {
    const port = await freePort();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(port, resolve));
    await expect(refuseTakenPorts({ PORT: port })).rejects.toThrow(
      `Port ${port} is in use by another program; stop that, or set PORT`,
    );
    await new Promise((resolve) => taken.close(resolve));
    await refuseTakenPorts({ PORT: port });
  });

  test("cannot be given twice", async () => {
    await expect(refuseTakenPorts({ PORT: 4000, LICENSE_SERVER_PORT: 4000 })).rejects.toThrow(
      "are both 4000",
    );
  });
});

describe("a database of the operator's own", () => {
  test.each([
    ["postgresql://me:hidden@127.0.0.1:1/signet", "Nothing answers at 127.0.0.1:1"],
    ["postgresql://me:hidden@signet.invalid/signet", "signet.invalid, is not known"],
  ])("that cannot be reached is said to be so, without its password", async (url, sentence) => {
    const refusal = await checkExternal(url).catch((error: unknown) => String(error));
    expect(refusal).toContain(sentence);
    expect(refusal).not.toContain("hidden");
  });
});
