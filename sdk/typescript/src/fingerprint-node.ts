import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { type FingerprintProvider, installId } from "./fingerprint.ts";

/** What is asked of the operating system; passed in, so that every system can be tried on any. */
export interface Host {
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined when the file cannot be read. */
  read(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** The program's output, or undefined when it fails. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
}

const RUN_TIMEOUT_MS = 10_000;

const thisHost: Host = {
  platform: process.platform,
  env: process.env,
  read: (path) => readFile(path, "utf8").catch(() => undefined),
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, [...args], { timeout: RUN_TIMEOUT_MS, windowsHide: true }, (error, output) =>
        resolve(error === null ? output : undefined),
      );
    }),
};

/**
 * The machine's own id, its model and its operating system; never its name or address, which change.
 *
 * In a container the machine's id is the image's or the host's, so there, and wherever no id can be read, an id kept in storage
 * names the installation instead: mount the state directory as a volume and a restarted container stays the same device.
 */
export const machineFingerprint: FingerprintProvider = ({ storage }) => fingerprintOf(thisHost, storage);

export async function fingerprintOf(
  host: Host,
  storage: Parameters<FingerprintProvider>[0]["storage"],
): Promise<Readonly<Record<string, string>>> {
  const hardware = (await isContainer(host)) ? undefined : await hardwareOf(host);
  if (hardware?.machine === undefined) {
    const install = await installId(storage);
    return { install, platform: within(install, host.platform) };
  }
  const { machine, model = "unknown" } = hardware;
  return { machine, model: within(machine, model), platform: within(machine, host.platform) };
}

/** Many machines are of one model: said without whose it is, two of them would count as one where most components must match. */
function within(machine: string, trait: string): string {
  return `${machine}/${trait}`;
}

interface Hardware {
  readonly machine: string | undefined;
  readonly model: string | undefined;
}

async function hardwareOf(host: Host): Promise<Hardware | undefined> {
  switch (host.platform) {
    case "darwin":
      return macHardware(host);
    case "win32":
      return windowsHardware(host);
    default:
      return unixHardware(host);
  }
}

async function unixHardware(host: Host): Promise<Hardware> {
  const ids = ["/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostid"];
  const models = ["/sys/class/dmi/id/product_name", "/proc/device-tree/model"];
  return {
    machine: await firstLine(host, ids, /^[0-9a-f-]{32,36}$/i),
    model: await firstLine(host, models, /./),
  };
}

/** The first of `paths` whose text matches: a machine id can also be empty or `uninitialized`. */
async function firstLine(host: Host, paths: readonly string[], pattern: RegExp): Promise<string | undefined> {
  for (const path of paths) {
    const text = (await host.read(path))?.replace(/\0/g, "").trim();
    if (text !== undefined && pattern.test(text)) return text;
  }
  return undefined;
}

async function macHardware(host: Host): Promise<Hardware> {
  const output = (await host.run("/usr/sbin/ioreg", ["-rd1", "-c", "IOPlatformExpertDevice"])) ?? "";
  return {
    machine: /"IOPlatformUUID" = "([^"]+)"/.exec(output)?.[1],
    model: /"model" = <"([^"]+)">/.exec(output)?.[1],
  };
}

async function windowsHardware(host: Host): Promise<Hardware> {
  const reg = `${host.env.SystemRoot ?? "C:\\Windows"}\\System32\\reg.exe`;
  const query = async (key: string, name: string) => {
    const output = (await host.run(reg, ["query", key, "/v", name, "/reg:64"])) ?? "";
    return /REG_SZ\s+(.+?)\s*$/m.exec(output)?.[1];
  };
  return {
    machine: await query("HKLM\\SOFTWARE\\Microsoft\\Cryptography", "MachineGuid"),
    model: await query("HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS", "SystemProductName"),
  };
}

async function isContainer(host: Host): Promise<boolean> {
  if (host.env.KUBERNETES_SERVICE_HOST !== undefined || host.env.container !== undefined) return true;
  if ((await host.exists("/.dockerenv")) || (await host.exists("/run/.containerenv"))) return true;
  return /docker|kubepods|containerd|lxc/.test((await host.read("/proc/1/cgroup")) ?? "");
}
