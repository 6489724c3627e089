import { type Clock, systemClock } from "./clock.ts";
import { type Debug, type DebugEvent, debugTo } from "./debug.ts";
import { configurationInvalid } from "./errors.ts";
import type { FingerprintProvider } from "./fingerprint.ts";
import type { Fetch } from "./http.ts";
import { readArmour } from "./offline-armour.ts";
import { type RootKey, rootKeyX } from "./root-key.ts";
import { isRecord, isText } from "./shapes.ts";
import type { StateStorage } from "./storage.ts";
import { SDK_VERSION } from "./version.ts";
import type { DeviceMetadata } from "./wire.ts";

export interface SignetOptions {
  /** Where the license server is, e.g. `https://licenses.example.com`. */
  readonly server: string;
  /** The vendor's account: its slug or id. */
  readonly tenant: string;
  /** The tenant's root key, as the portal shows it. Everything else is verified down from it. */
  readonly rootKey: RootKey;
  /** Product code. */
  readonly product: string;
  /** Default: a private directory of this user (Node), `localStorage` (browsers), else memory. */
  readonly storage?: StateStorage | undefined;
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the machine's id (Node), else an id kept in storage. */
  readonly fingerprint?: FingerprintProvider | undefined;
  /** How the vendor and the customer will see this device in a list. Default on Node: the host's name and system. */
  readonly device?: Omit<DeviceMetadata, "sdkVersion"> | undefined;
  /**
   * The text of a security snapshot file that comes with the program, for rooms that no file may enter later: codes typed by hand are
   * verified by it. It is passed over where something newer is known.
   */
  readonly snapshot?: string | undefined;
  /** The codes of the features that this program asks about; a code typed by hand has no room for their names. */
  readonly features?: readonly string[] | undefined;
  /** For each attempt of a request, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a request is sent again while the network or the server fails. Default 3. */
  readonly retriesMax?: number | undefined;
  /** Is told what the library does, for a log. What it throws or rejects with is ignored. */
  readonly debug?: ((event: DebugEvent) => unknown) | undefined;
}

/** What differs between the places this library runs in. */
export interface Platform {
  storage(tenant: string, product: string): StateStorage;
  readonly fingerprint: FingerprintProvider;
  device(): Omit<DeviceMetadata, "sdkVersion">;
}

/** The options with every default filled in. */
export interface Configuration {
  /** Without a slash at its end. */
  readonly server: string;
  readonly tenant: string;
  /** The root key's `x`. */
  readonly rootKey: string;
  readonly product: string;
  readonly storage: StateStorage;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly fingerprint: FingerprintProvider;
  readonly metadata: DeviceMetadata;
  /** The compact JWS of the snapshot. */
  readonly snapshot: string | undefined;
  readonly features: readonly string[];
  readonly timeoutMs: number;
  readonly retriesMax: number;
  readonly debug: Debug;
}

function snapshotIn(text: string): string {
  const armour = readArmour("snapshot", text);
  if (armour.ok) return armour.jws;
  throw configurationInvalid(`The option \`snapshot\` must be a snapshot file's text. ${armour.sentence}`);
}

/** @throws SignetError `configuration_invalid` whose `message` names the option. */
export function configurationOf(options: SignetOptions, platform: Platform): Configuration {
  if (!isRecord(options)) {
    throw configurationInvalid(
      "`new Signet` must be given its options: server, tenant, rootKey and product.",
    );
  }
  const { server, tenant, product } = options;
  if (!isText(tenant)) throw configurationInvalid("The option `tenant` must be the vendor's slug or id.");
  if (!isText(product)) throw configurationInvalid("The option `product` must be a product code.");
  if (!isText(server) || !URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw configurationInvalid("The option `server` must be an http or https URL.");
  }
  const clock = options.clock ?? systemClock;
  return {
    server: server.replace(/\/+$/, ""),
    tenant,
    product,
    rootKey: rootKeyX(options.rootKey),
    storage: options.storage ?? platform.storage(tenant, product),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock,
    fingerprint: options.fingerprint ?? platform.fingerprint,
    metadata: { ...platform.device(), ...options.device, sdkVersion: SDK_VERSION },
    snapshot: options.snapshot === undefined ? undefined : snapshotIn(options.snapshot),
    features: options.features ?? [],
    timeoutMs: options.timeoutMs ?? 10_000,
    retriesMax: options.retriesMax ?? 3,
    debug: debugTo(options.debug, () => clock.now()),
  };
}
