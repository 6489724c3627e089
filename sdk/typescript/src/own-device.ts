import { type DeviceKey, loadDeviceKey, loadOrMakeDeviceKey } from "./device-key.ts";
import { tokenInvalid } from "./errors.ts";
import { type Fingerprint, takeFingerprint } from "./fingerprint.ts";
import type { Configuration } from "./options.ts";

/** What this device is now: what an activation must be bound to. */
export interface Device {
  readonly key: DeviceKey;
  readonly fingerprint: Fingerprint;
}

/** Tells what this device is, asking the system and the storage no oftener than it must. */
export class OwnDevice {
  readonly #configuration: Configuration;
  #key: Promise<DeviceKey> | undefined;
  #fingerprint: Promise<Fingerprint> | undefined;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  /** With a key made now where there was none. */
  async make(): Promise<Device> {
    return { key: await this.#ownKey(), fingerprint: await this.#ownFingerprint() };
  }

  /** @throws SignetError `token_invalid`, reason `device_key`, where this installation has no key: nothing can be bound to it. */
  async load(): Promise<Device> {
    const key = await loadDeviceKey(this.#configuration.storage);
    if (key === undefined) throw tokenInvalid("device_key");
    return { key, fingerprint: await this.#ownFingerprint() };
  }

  /** Made by whichever call comes first; calls at the same time share it. */
  #ownKey(): Promise<DeviceKey> {
    this.#key ??= loadOrMakeDeviceKey(this.#configuration.storage).finally(() => {
      this.#key = undefined;
    });
    return this.#key;
  }

  /** Taken once: it does not change while the process runs, and asking the system can be slow. */
  #ownFingerprint(): Promise<Fingerprint> {
    const { fingerprint, storage, tenant, product } = this.#configuration;
    const taken = this.#fingerprint ?? takeFingerprint(fingerprint, storage, `${tenant}/${product}`);
    this.#fingerprint = taken;
    taken.catch(() => {
      this.#fingerprint = undefined;
    });
    return taken;
  }
}
