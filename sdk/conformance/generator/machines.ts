import { createHmac } from "node:crypto";
import { writeArmour } from "../../typescript/src/offline-armour.ts";
import type { OfflineTicketAnswer } from "../../typescript/src/wire.ts";
import { DAY, digest, type TestAuthority, type TestKey } from "../../typescript/testing/authority.ts";
import { changed, tokenOf } from "./token-kinds.ts";
import {
  authority,
  authorityOf,
  CLOCK,
  device,
  key,
  otherDevice,
  stranger,
  TENANT_SLUG,
  type Vector,
} from "./vector.ts";

/** What a machine knows, and what it is asked to believe. */
interface MachineVector extends Vector {
  /** `start`: verify what is stored, without a network. The others: take in `text` first. */
  readonly does: "start" | "import-response" | "import-snapshot";
  readonly clock: number;
  readonly rootKey: string;
  /** Its device key: a test key, with its private part. */
  readonly device: object;
  /** Components as the machine has them; the README says how each is hashed. */
  readonly fingerprint: Readonly<Record<string, string>>;
  readonly stored: Stored;
  readonly text?: string;
}

interface Stored {
  readonly activation?: {
    readonly token: string;
    readonly certificate: string;
    readonly components: Components;
  };
  readonly trust?: {
    readonly root: string;
    readonly trusted?: string;
    readonly seq: number;
    readonly bundle: string;
  };
  /** The latest time seen in a signature. */
  readonly serverTime?: number;
  readonly request?: { readonly nonce: string; readonly req: string; readonly components: Components };
  /** Nonces of requests whose responses were imported. */
  readonly imported?: readonly string[];
}
type Components = Readonly<Record<string, string>>;

const MACHINE = { machine: "machine-id-1", cpu: "cpu-1", disk: "disk-1" };
const hashed = (raw: Components): Components =>
  Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name,
      createHmac("sha256", `${TENANT_SLUG}/${authority.product}`)
        .update(`${name}=${value}`)
        .digest("base64url"),
    ]),
  );
const digestOf = (components: Components): string =>
  digest(
    Object.keys(components)
      .sort()
      .map((name) => `${name}=${components[name]}`)
      .join("\n"),
  );

const COMPONENTS = hashed(MACHINE);
const NONCE = "nonce-of-the-request-file";
const REQ = digest("the request file");
const bound = {
  fingerprint: digestOf(COMPONENTS),
  match: 2,
  cnf: { jkt: device.kid },
  nonce: NONCE,
  req: REQ,
};
const OFFLINE = { allowed: true, daysMax: 365, trustMaxAgeDays: 30 };

const token = (changes: object = {}, by?: TestKey) =>
  tokenOf("activation", changed("activation", { ...bound, exp: CLOCK + 90 * DAY, ...changes }), by && { by });
const certificate = (changes: object = {}) =>
  tokenOf("license", changed("license", { offline: OFFLINE, ...changes }));
const online = { offline: { allowed: false, daysMax: null, trustMaxAgeDays: null } };
const trust = (bundle: string, seq = authority.seq) => ({ root: authority.root.x, seq, bundle });
const revoked = (change: (own: TestAuthority) => void) => authorityOf(change).bundle();
const jwkWithPrivatePart = (of: TestKey) => of.privateKey.export({ format: "jwk" });

const activation = { token: token(), certificate: certificate(), components: COMPONENTS };
const STORED: Stored = { activation, trust: trust(authority.bundle()), serverTime: CLOCK - 60 };
const storing = (changes: object): Stored => ({ ...STORED, activation: { ...activation, ...changes } });

type Row = readonly [id: string, refused: string | undefined, says: string, more?: Partial<MachineVector>];

const STARTS: readonly Row[] = [
  ["good", undefined, "Everything is as it was left."],
  [
    "two-of-three",
    undefined,
    "One of three components has changed, and the policy lets one change.",
    { fingerprint: { ...MACHINE, disk: "disk-2" } },
  ],
  [
    "bundle-ended",
    undefined,
    "The bundle has ended, but a license for use offline goes by its age.",
    { clock: CLOCK + 20 * DAY },
  ],
  [
    "clock-a-little-back",
    undefined,
    "Five minutes back are forgiven.",
    { stored: { ...STORED, serverTime: CLOCK + 300 } },
  ],
  ["nothing", "not_activated", "Nothing is stored.", { stored: {} }],
  [
    "clock-turned-back",
    "clock_turned_back",
    "The clock is before the latest signature that was seen.",
    { stored: { ...STORED, serverTime: CLOCK + 301 } },
  ],
  [
    "clock-turned-back-far",
    "clock_turned_back",
    "The clock is before the bundle was even signed.",
    { clock: CLOCK - 30 * DAY, stored: { ...STORED, serverTime: 0 } },
  ],
  [
    "copied-to-another-machine",
    "token_invalid/fingerprint",
    "The state was copied to another machine.",
    { fingerprint: { machine: "machine-id-2", cpu: "cpu-2", disk: "disk-2" } },
  ],
  [
    "too-much-changed",
    "token_invalid/fingerprint",
    "Two of three components have changed, and the policy lets one change.",
    { fingerprint: { ...MACHINE, cpu: "cpu-2", disk: "disk-2" } },
  ],
  [
    "components-exchanged",
    "token_invalid/fingerprint",
    "The stored components were exchanged for this machine's.",
    {
      fingerprint: { machine: "machine-id-2" },
      stored: storing({ components: hashed({ machine: "machine-id-2" }) }),
    },
  ],
  [
    "other-device-key",
    "token_invalid/device_key",
    "The token was copied, the device key was not.",
    { device: jwkWithPrivatePart(otherDevice) },
  ],
  [
    "token-expired",
    "token_invalid/expired",
    "The activation has run out.",
    { stored: storing({ token: token({ exp: CLOCK }) }) },
  ],
  [
    "token-edited",
    "token_invalid/signature",
    "The stored token was edited.",
    { stored: storing({ token: edited(token()) }) },
  ],
  [
    "token-of-stranger",
    "token_invalid/signature",
    "The stored token is by somebody else.",
    { stored: storing({ token: token({}, stranger) }) },
  ],
  [
    "certificate-of-other-license",
    "token_invalid/subject",
    "The certificate describes another license than the activation's.",
    { stored: storing({ certificate: certificate({ sub: "lic_01jother" }) }) },
  ],
  [
    "certificate-as-token",
    "token_invalid/type",
    "The certificate stands in the token's place.",
    { stored: storing({ token: certificate() }) },
  ],
  [
    "trust-missing",
    "trust_invalid/missing",
    "The trust bundle was deleted.",
    { stored: { activation, serverTime: CLOCK - 60 } },
  ],
  [
    "trust-rolled-back",
    "trust_invalid/rollback",
    "An older bundle was put back, in which nothing was revoked yet.",
    { stored: { ...STORED, trust: trust(authority.bundle({ seq: 6 }), 7) } },
  ],
  [
    "trust-of-stranger",
    "trust_invalid/signature",
    "The bundle was exchanged for one by somebody else.",
    { stored: { ...STORED, trust: trust(authority.bundle({}, stranger)) } },
  ],
  [
    "trust-frozen",
    "trust_invalid/expired",
    "The bundle has ended, and the license is not for use offline.",
    { clock: CLOCK + 8 * DAY, stored: storing({ certificate: certificate(online) }) },
  ],
  [
    "snapshot-stale",
    "trust_snapshot_stale",
    "The bundle is older than the license allows offline.",
    { clock: CLOCK + 31 * DAY },
  ],
  [
    "license-revoked",
    "token_invalid/license_revoked",
    "The license was revoked.",
    { stored: { ...STORED, trust: trust(revoked((own) => own.revoked.licenses.push(5))) } },
  ],
  [
    "activation-revoked",
    "token_invalid/activation_revoked",
    "The activation was revoked.",
    { stored: { ...STORED, trust: trust(revoked((own) => own.revoked.activations.push("act_01jtest"))) } },
  ],
  [
    "key-revoked",
    "token_invalid/key_revoked",
    "The key that signed the token was revoked.",
    { stored: { ...STORED, trust: trust(revoked((own) => own.revoked.keys.push(own.keys.activation.kid))) } },
  ],
  [
    "other-root",
    "trust_invalid/missing",
    "The application pins another root than what is stored was seen under.",
    { rootKey: key("another root").x },
  ],
];

/** Some other signature, well-formed. */
function edited(jws: string): string {
  return jws.slice(0, -9) + (jws.at(-9) === "A" ? "B" : "A") + jws.slice(-8);
}

const ticket = tokenOf("ticket", changed("ticket", { sub: "job-42", exp: CLOCK + 90 * DAY }));
const TICKETS: readonly OfflineTicketAnswer[] = [{ id: "job-42", outcome: "issued", token: ticket }];
const inside = { token: token(), certificate: certificate(), tickets: TICKETS, bundle: authority.bundle() };
const response = (changes: object = {}, by?: TestKey) => writeArmour("response", responseJws(changes, by));
const responseJws = (changes: object = {}, by?: TestKey) =>
  tokenOf(
    "offlineResponse",
    changed("offlineResponse", { nonce: NONCE, req: REQ, exp: CLOCK + 90 * DAY, ...inside, ...changes }),
    by && { by },
  );
const ASKED: Stored = { request: { nonce: NONCE, req: REQ, components: COMPONENTS }, imported: [] };
const importing = (text: string, more: Partial<MachineVector> = {}) => ({ text, stored: ASKED, ...more });

const RESPONSES: readonly Row[] = [
  ["good", undefined, "The response to the machine's own request.", importing(response())],
  ["mailed", undefined, "The same, quoted in a mail.", importing(response().replaceAll(/^/gm, "> "))],
  ["truncated", "file_invalid/missing_end", "Cut off on its way.", importing(response().slice(0, -60))],
  [
    "other-kind",
    "file_invalid/other_kind",
    "A security snapshot in its place.",
    importing(writeArmour("snapshot", authority.bundle())),
  ],
  [
    "certificate-inside",
    "file_invalid/claims",
    "A license certificate between the lines of a response.",
    importing(writeArmour("response", certificate())),
  ],
  [
    "alg-none",
    "file_invalid/algorithm",
    "Says that it needs no signature.",
    importing(writeArmour("response", headed({ alg: "none" }))),
  ],
  [
    "type",
    "file_invalid/type",
    "Declared to be an activation token.",
    importing(writeArmour("response", headed({ typ: "signet-activation+jwt" }))),
  ],
  [
    "edited",
    "file_invalid/signature",
    "Changed after it was signed.",
    importing(writeArmour("response", edited(responseJws()))),
  ],
  ["by-stranger", "file_invalid/signature", "By somebody else.", importing(response({}, stranger))],
  [
    "bundle-of-stranger",
    "file_invalid/signature",
    "The snapshot in it is by somebody else.",
    importing(response({ bundle: authority.bundle({}, stranger) })),
  ],
  [
    "already-imported",
    "file_already_imported",
    "The same file again.",
    importing(response(), { stored: { imported: [NONCE] } }),
  ],
  [
    "other-device",
    "file_for_other_device",
    "For another machine.",
    importing(response({ cnf: { jkt: otherDevice.kid } })),
  ],
  [
    "other-request",
    "file_for_other_request",
    "For an earlier request of this machine.",
    importing(response({ nonce: "nonce-of-an-earlier-request" })),
  ],
  [
    "same-nonce-other-request",
    "file_for_other_request",
    "For a request with other content.",
    importing(response({ req: digest("another request file") })),
  ],
  [
    "not-asked",
    "file_for_other_request",
    "For a machine that has asked nothing.",
    importing(response(), { stored: {} }),
  ],
  [
    "token-of-other-request",
    "file_invalid/nonce",
    "The activation in it answers another request.",
    importing(response({ token: token({ nonce: "nonce-of-another" }) })),
  ],
  [
    "token-of-other-device",
    "file_invalid/device_key",
    "The activation in it is another device's.",
    importing(response({ token: token({ cnf: { jkt: otherDevice.kid } }) })),
  ],
  [
    "token-expired",
    "file_invalid/expired",
    "What it grants has run out on its way.",
    importing(response({ token: token({ exp: CLOCK }) })),
  ],
  [
    "machine-changed",
    "file_for_other_device",
    "The machine is not any more the one that asked.",
    importing(response(), { fingerprint: { machine: "m", cpu: "c", disk: "d" } }),
  ],
  [
    "certificate-of-other-license",
    "file_invalid/subject",
    "The certificate in it describes another license.",
    importing(response({ certificate: certificate({ sub: "lic_01jother" }) })),
  ],
  [
    "ticket-of-other-id",
    "file_invalid/subject",
    "A ticket in it is not the one it says.",
    importing(response({ tickets: [{ ...TICKETS[0], id: "job-43" }] })),
  ],
  [
    "license-revoked",
    "token_invalid/license_revoked",
    "Its own snapshot says that the license was revoked.",
    importing(response({ bundle: revoked((own) => own.revoked.licenses.push(5)) })),
  ],
  [
    "stale",
    "trust_snapshot_stale",
    "Carried for longer than the license allows.",
    importing(response(), { clock: CLOCK + 31 * DAY }),
  ],
  [
    "clock-turned-back",
    "clock_turned_back",
    "The machine's clock is before the response was made.",
    importing(response(), { clock: CLOCK - DAY }),
  ],
];

function headed(changes: object): string {
  return tokenOf("offlineResponse", changed("offlineResponse", inside), {
    header: {
      alg: "EdDSA",
      typ: "signet-offline-response+jwt",
      kid: authority.keys.activation.kid,
      zip: "DEF",
      ...changes,
    },
  });
}

const snapshot = (bundle: string) => writeArmour("snapshot", bundle);
const SNAPSHOTS: readonly Row[] = [
  ["good", undefined, "A newer snapshot.", { text: snapshot(authority.bundle({ seq: 8 })) }],
  ["same", undefined, "The one that is here already.", { text: snapshot(authority.bundle()) }],
  [
    "ended",
    undefined,
    "One that ended on its way: its age counts.",
    { text: snapshot(authority.bundle({ seq: 8, exp: CLOCK - 60 })) },
  ],
  [
    "rollback",
    "trust_invalid/rollback",
    "Older than what this machine has.",
    { text: snapshot(authority.bundle({ seq: 6 })) },
  ],
  [
    "stale",
    "trust_snapshot_stale",
    "Too old for the license.",
    { text: snapshot(authority.bundle({ seq: 8 })), clock: CLOCK + 31 * DAY },
  ],
  [
    "by-stranger",
    "file_invalid/signature",
    "By somebody else.",
    { text: snapshot(authority.bundle({ seq: 8 }, stranger)) },
  ],
  [
    "by-working-key",
    "file_invalid/signature",
    "By a working key: the root was skipped.",
    { text: snapshot(authority.bundle({ seq: 8 }, authority.keys.license)) },
  ],
  [
    "truncated",
    "file_invalid/missing_end",
    "Cut off on its way.",
    { text: snapshot(authority.bundle({ seq: 8 })).slice(0, -60) },
  ],
  ["other-kind", "file_invalid/other_kind", "An activation response in its place.", { text: response() }],
  [
    "token-inside",
    "file_invalid/type",
    "An activation token between the lines of a snapshot.",
    { text: snapshot(token()) },
  ],
  [
    "from-the-future",
    "clock_turned_back",
    "Signed later than this machine's clock says.",
    { text: snapshot(authority.bundle({ seq: 8, iat: CLOCK + 301 })) },
  ],
];

const vectorsOf = (does: MachineVector["does"], rows: readonly Row[]) =>
  rows.map(([id, refused, says, more]): MachineVector => {
    const [code = "", reason] = refused?.split("/") ?? [];
    return {
      id: `machine-${does}-${id}`,
      says,
      does,
      clock: CLOCK,
      rootKey: authority.root.x,
      device: jwkWithPrivatePart(device),
      fingerprint: MACHINE,
      stored: STORED,
      ...more,
      ...(refused === undefined
        ? { accepted: does === "import-snapshot" ? {} : { activation: "act_01jtest" } }
        : { refused: { code, ...(reason === undefined ? {} : { reason }) } }),
    };
  });

export const machines = () => ({
  tenant: TENANT_SLUG,
  product: authority.product,
  vectors: [
    ...vectorsOf("start", STARTS),
    ...vectorsOf("import-response", RESPONSES),
    ...vectorsOf("import-snapshot", SNAPSHOTS),
  ],
});
