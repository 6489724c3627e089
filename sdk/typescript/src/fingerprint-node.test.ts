import { describe, expect, test } from "vitest";
import { fingerprintOf, type Host } from "./fingerprint-node.ts";
import { memoryStorage } from "./storage.ts";

const MACHINE_ID = "0123456789abcdef0123456789abcdef";

function host(changes: Partial<Host> & { files?: Readonly<Record<string, string>> } = {}): Host {
  const { files = {}, ...rest } = changes;
  return {
    platform: "linux",
    env: {},
    read: async (path) => files[path],
    exists: async (path) => path in files,
    run: async () => undefined,
    ...rest,
  };
}

describe("the machine's fingerprint", () => {
  test("on Linux is its machine id and model, whatever its name", async () => {
    const files = { "/etc/machine-id": `${MACHINE_ID}\n`, "/sys/class/dmi/id/product_name": "ThinkPad X1\n" };
    const before = await fingerprintOf(host({ files }), memoryStorage());
    const renamed = await fingerprintOf(
      host({ files: { ...files, "/etc/hostname": "new" } }),
      memoryStorage(),
    );
    expect(before).toEqual({
      machine: MACHINE_ID,
      model: `${MACHINE_ID}/ThinkPad X1`,
      platform: `${MACHINE_ID}/linux`,
    });
    expect(renamed).toEqual(before);
  });

  test("shares nothing with another machine's of the same model", async () => {
    const on = (machineId: string) =>
      fingerprintOf(
        host({ files: { "/etc/machine-id": machineId, "/sys/class/dmi/id/product_name": "ThinkPad X1" } }),
        memoryStorage(),
      );
    const [one, other] = await Promise.all([on(MACHINE_ID), on(MACHINE_ID.replace("0", "f"))]);
    expect(Object.keys(one).filter((name) => one[name] === other[name])).toEqual([]);
    const installed = await Promise.all([1, 2].map(() => fingerprintOf(host(), memoryStorage())));
    expect(installed[0]?.platform).not.toBe(installed[1]?.platform);
  });

  test("on macOS is the platform's UUID and the model", async () => {
    const output = `+-o J316sAP  <class IOPlatformExpertDevice>
      "model" = <"MacBookPro18,1">
      "IOPlatformUUID" = "1F2E3D4C-0000-1111-2222-333344445555"`;
    const run: Host["run"] = async (program) => (program === "/usr/sbin/ioreg" ? output : undefined);
    expect(await fingerprintOf(host({ platform: "darwin", run }), memoryStorage())).toEqual({
      machine: "1F2E3D4C-0000-1111-2222-333344445555",
      model: "1F2E3D4C-0000-1111-2222-333344445555/MacBookPro18,1",
      platform: "1F2E3D4C-0000-1111-2222-333344445555/darwin",
    });
  });

  test("on Windows is the machine's GUID and the model, from the registry", async () => {
    const answers: Readonly<Record<string, string>> = {
      MachineGuid: "\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\r\n    MachineGuid    REG_SZ    aaaa-bbbb\r\n\r\n",
      SystemProductName:
        "\r\nHKEY_LOCAL_MACHINE\\HARDWARE\r\n    SystemProductName    REG_SZ    Surface Pro 9\r\n",
    };
    const run: Host["run"] = async (program, args) =>
      program === "D:\\Windows\\System32\\reg.exe" ? answers[args[3] ?? ""] : undefined;
    const windows = host({ platform: "win32", env: { SystemRoot: "D:\\Windows" }, run });
    expect(await fingerprintOf(windows, memoryStorage())).toEqual({
      machine: "aaaa-bbbb",
      model: "aaaa-bbbb/Surface Pro 9",
      platform: "aaaa-bbbb/win32",
    });
  });

  test.each([
    ["in Docker", { files: { "/etc/machine-id": MACHINE_ID, "/.dockerenv": "" } }],
    ["in Podman", { files: { "/etc/machine-id": MACHINE_ID, "/run/.containerenv": "" } }],
    [
      "in a Kubernetes pod",
      { files: { "/etc/machine-id": MACHINE_ID }, env: { KUBERNETES_SERVICE_HOST: "10.0.0.1" } },
    ],
    [
      "in a control group of a container",
      { files: { "/etc/machine-id": MACHINE_ID, "/proc/1/cgroup": "1:cpu:/docker/f00" } },
    ],
    ["where the machine has no id", {}],
    ["where the machine's id is not set up", { files: { "/etc/machine-id": "uninitialized\n" } }],
    ["where ioreg fails", { platform: "darwin" as const }],
  ])("%s is the installation's, for as long as its storage lives", async (_what, changes) => {
    const storage = memoryStorage();
    const first = await fingerprintOf(host(changes), storage);
    expect(first).toEqual({ install: expect.stringMatching(/^[\w-]{43}$/), platform: expect.any(String) });
    expect(await fingerprintOf(host(changes), storage)).toEqual(first);
    expect(await fingerprintOf(host(changes), memoryStorage())).not.toEqual(first);
  });
});
