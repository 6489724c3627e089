import { type OfflineFileKind, writeArmour } from "../../typescript/src/offline-armour.ts";
import { DEVICE_FILE_TYPES, type DeviceFileKind } from "../../typescript/src/offline-file.ts";
import { digest, encode, signJws, type TestKey } from "../../typescript/testing/authority.ts";
import { respelled } from "../../typescript/testing/bench.ts";
import { CLOCK, device, jwkOf, otherDevice, part, stranger, type Vector } from "./vector.ts";

/** A file that a device signed, as who reads it sees it. */
interface FileVector extends Vector {
  readonly kind: DeviceFileKind;
  readonly text: string;
}

const activation = "act_01jtest0000000000000000000";
const ids = { deviceKey: jwkOf(device), iat: CLOCK };
const CLAIMS: Readonly<Record<DeviceFileKind, object>> = {
  request: {
    ...ids,
    licenseKey: "RENDER-K97E5-M0C93-5EK9E-705R1-DGC7S",
    product: "renderer",
    fingerprint: { machine: digest("a machine") },
    nonce: "nonce-of-this-request",
    trust: 7,
  },
  deactivation: { ...ids, activation, nonce: "nonce-of-this-receipt", journal: null },
  journal: {
    ...ids,
    activation,
    first: 1,
    prev: digest("before"),
    entries: [{ ticket: "job-42", amount: 5, at: CLOCK, closes: true }],
    head: digest("after"),
  },
};
const KINDS = ["request", "deactivation", "journal"] as const;

type Row = readonly [name: string, reason: string | undefined, text: string, says: string];

function rowsOf(kind: DeviceFileKind): Row[] {
  const typ = DEVICE_FILE_TYPES[kind];
  const claims = CLAIMS[kind];
  const signed = (header: object = {}, payload: unknown = claims, by: TestKey = device) =>
    signJws({ alg: "EdDSA", typ, ...header }, payload, by);
  const armoured = (jws: string, as: OfflineFileKind = kind) => writeArmour(as, jws);
  const jws = signed();
  const file = armoured(jws);
  const other = KINDS.find((each) => each !== kind) ?? "journal";
  const [begin = "", ...lines] = file.trimEnd().split("\n");
  const json = JSON.stringify(claims);
  return [
    ["good", undefined, file, "A good file."],
    [
      "mailed",
      undefined,
      `Dear vendor,\r\n\r\n${file.replaceAll(/^/gm, "> ").replaceAll("\n", "\r\n")}\r\nRegards`,
      "A good file, quoted in a mail.",
    ],
    [
      "typographic",
      undefined,
      file.replaceAll("-----", "——-"),
      "A good file whose hyphens a program has turned into dashes.",
    ],
    ["empty", "missing_begin", "", "Nothing at all."],
    ["bare-token", "missing_begin", jws, "Only what stands between the lines."],
    ["no-first-line", "missing_begin", lines.join("\n"), "Its first line is missing."],
    [
      "no-last-line",
      "missing_end",
      [begin, ...lines.slice(0, -1)].join("\n"),
      "Its last line is missing: cut off on its way.",
    ],
    [
      "other-last-line",
      "missing_end",
      file.replace(/END SIGNET [A-Z ]+/, "END SIGNET SECURITY SNAPSHOT"),
      "Ends as another file does.",
    ],
    ["other-kind", "other_kind", armoured(jws, "snapshot"), "Another kind of file."],
    [
      "under-another-name",
      "type",
      armoured(signJws({ alg: "EdDSA", typ: DEVICE_FILE_TYPES[other] }, CLAIMS[other], device)),
      `A ${other} between the lines of this kind.`,
    ],
    [
      "several",
      "several",
      file + armoured(signed({}, { ...claims, iat: CLOCK + 1 })),
      "Two different files in one text.",
    ],
    ["nothing-inside", "empty", armoured(""), "Nothing between the lines."],
    ["foreign-character", "characters", file.replace(/\n(.{20})/, "\n$1="), "A character that no file has."],
    ["part-missing", "parts", armoured(jws.slice(0, jws.lastIndexOf("."))), "The signature is missing."],
    ["part-too-many", "parts", armoured(`${jws}.${part(jws, 2)}`), "One part too many."],
    [
      "respelled",
      "malformed",
      armoured(respelled(jws)),
      "Its signature in a spelling of base64url that is not canonical.",
    ],
    [
      "header-twice",
      "malformed",
      armoured(
        `${encode(`{"alg":"none",${JSON.stringify({ alg: "EdDSA", typ }).slice(1)}`)}.${part(jws, 1)}.${part(jws, 2)}`,
      ),
      "Its header names the algorithm twice.",
    ],
    ["alg-none", "algorithm", armoured(signed({ alg: "none" })), "Says that it needs no signature."],
    [
      "alg-es256",
      "algorithm",
      armoured(signed({ alg: "ES256" })),
      "Names another algorithm than the one that is pinned.",
    ],
    ["crit", "header", armoured(signed({ crit: ["x"], x: 1 })), "A critical extension, and none is known."],
    ["zip", "header", armoured(signed({ zip: "DEF" })), "Deflated, which these files are not."],
    [
      "other-signer",
      "signature",
      armoured(signed({}, claims, otherDevice)),
      "Names one device key and is signed by another.",
    ],
    [
      "jwk",
      "signature",
      armoured(signed({ jwk: jwkOf(stranger) }, claims, stranger)),
      "Brings another key along in its header.",
    ],
    [
      "changed",
      "signature",
      armoured(`${part(jws, 0)}.${encode({ ...claims, iat: CLOCK + 1 })}.${part(jws, 2)}`),
      "Changed after it was signed.",
    ],
    [
      "key-exchanged",
      "signature",
      armoured(`${part(jws, 0)}.${encode({ ...claims, deviceKey: jwkOf(stranger) })}.${part(jws, 2)}`),
      "Another device key was put in after it was signed.",
    ],
    [
      "without-key",
      "device_key",
      armoured(signed({}, { ...claims, deviceKey: undefined })),
      "Names no device key.",
    ],
    [
      "rsa-key",
      "device_key",
      armoured(signed({}, { ...claims, deviceKey: { ...jwkOf(device), kty: "RSA" } })),
      "Names a key of another kind.",
    ],
    [
      "short-key",
      "device_key",
      armoured(signed({}, { ...claims, deviceKey: { ...jwkOf(device), x: "AAAA" } })),
      "Names a key that is too short.",
    ],
    ["payload-list", "payload", armoured(signed({}, [])), "Its content is a list."],
    ["payload-not-json", "payload", armoured(signed({}, "not json")), "Its content is not JSON."],
    [
      "payload-twice",
      "payload",
      armoured(signed({}, json.replace("{", '{"iat":1,'))),
      "Says two different times.",
    ],
  ];
}

export const files = () => ({
  vectors: KINDS.flatMap((kind) =>
    rowsOf(kind).map(
      ([name, reason, text, says]): FileVector => ({
        id: `file-${kind}-${name}`,
        says,
        kind,
        text,
        ...(reason === undefined
          ? { accepted: CLAIMS[kind] }
          : { refused: { code: "file_invalid", reason } }),
      }),
    ),
  ),
});
