import { isText } from "../shapes.ts";
import { type Command, usageError } from "./command.ts";
import { fileText } from "./file-input.ts";
import { type Genuine, genuine } from "./genuine.ts";
import { table } from "./table.ts";
import { vendorKeys } from "./vendor-keys.ts";

/** Claims that are seconds since 1970. */
const TIMES: readonly string[] = ["iat", "exp", "nbf", "heartbeatDue", "validFrom", "validUntil"];
const SHOWN_LENGTH_MAX = 120;

export const verify: Command = {
  name: "verify",
  summary: "say what a file or token is, and whether it is genuine, without the network",
  parameters: ["FILE | -"],
  argumentsMax: 1,
  options: [
    { name: "snapshot", value: "FILE", summary: "the vendor's keys; those this machine knows unless given" },
  ],
  async run(call) {
    const [path] = call.arguments;
    if (path === undefined) throw usageError("Name a file, or `-` for stdin: `signet verify FILE`.");
    const { product } = call.options({ online: false });
    const judge = { keys: await vendorKeys(call), product, now: call.surroundings.now() };
    const { kind, signer, bundle, claims, field } = await genuine(await fileText(call, path), judge);
    const shown = withoutKey(claims);
    const snapshot =
      bundle === undefined ? undefined : { seq: bundle.seq, issuedAt: dateOf(bundle.issuedAt) };
    const rows = [
      ["genuine", call.paint("green", kind)],
      ...(field === undefined ? [] : [["of the answer", `${field}; the rest of it is not signed`]]),
      ["signed by", signer],
      ...(snapshot === undefined ? [] : [["by snapshot", `${snapshot.seq} of ${snapshot.issuedAt}`]]),
      ...Object.entries(shown).map(([name, value]) => [name, wordsOf(name, value)]),
    ];
    return {
      result: { kind, signer, snapshot, claims: shown, ...(field === undefined ? {} : { field }) },
      text: table(rows.map(([name = "", value = ""]) => [call.paint("dim", name), value])).join("\n"),
    };
  },
};

/** A request holds the license key, which belongs neither on a screen nor in a script's log. */
function withoutKey({ licenseKey, ...claims }: Genuine["claims"]): Genuine["claims"] {
  return isText(licenseKey) ? { ...claims, licenseKey: `${licenseKey.split("-", 1)[0]}-…` } : claims;
}

function wordsOf(name: string, value: unknown): string {
  if (typeof value === "number" && TIMES.includes(name)) return dateOf(value);
  const words = typeof value === "string" ? value : JSON.stringify(value);
  return words.length <= SHOWN_LENGTH_MAX ? words : `${words.slice(0, SHOWN_LENGTH_MAX)}…`;
}

function dateOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
