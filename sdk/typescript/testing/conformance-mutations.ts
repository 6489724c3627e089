/**
 * Takes one check after another out of the library, in memory, and prints how many vectors of the corpus notice and which are
 * the first: `npm run conformance:mutations`. With `--brief` it stops at the first that do, and prints them as JSON.
 */
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { readCorpus, type Vector } from "./conformance.ts";

interface Mutation {
  /** The check that is taken out. */
  readonly what: string;
  /** Below `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const MUTATIONS: readonly Mutation[] = [
  { what: "algorithm", file: "jws.ts", from: 'if (fields.alg !== "EdDSA") throw fail("algorithm")', to: "" },
  { what: "type", file: "jws.ts", from: 'if (fields.typ !== type) throw fail("type")', to: "" },
  { what: "critical extensions", file: "jws.ts", from: '"crit" in fields || ', to: "" },
  { what: "unencoded payload", file: "jws.ts", from: '"b64" in fields || ', to: "" },
  {
    what: "zip",
    file: "jws.ts",
    from: 'if (fields.zip !== (isZipped ? "DEF" : undefined)) throw fail("header")',
    to: "",
  },
  {
    what: "signature",
    file: "jws.ts",
    from: 'if (!isGood) throw fail("signature")',
    to: "",
  },
  { what: "names said twice", file: "jws.ts", from: "isPlain || !saysTwice(text)", to: "true" },
  {
    what: "canonical base64url",
    file: "encoding.ts",
    from: " || !isWhole(text)",
    to: "",
  },
  {
    what: "key id present",
    file: "verify.ts",
    from: 'if (unverified.kid === undefined) throw tokenInvalid("header")',
    to: "",
  },
  {
    what: "key revoked",
    file: "verify.ts",
    from: 'if (bundle.isKeyRevoked(unverified.kid)) throw tokenInvalid("key_revoked")',
    to: "",
  },
  {
    what: "key use",
    file: "verify.ts",
    from: 'if (key.use !== KEY_USE_OF[kind]) throw tokenInvalid("key_use")',
    to: "",
  },
  {
    what: "shape of claims",
    file: "verify.ts",
    from: 'if (!CLAIMS_GUARDS[kind](claims)) throw tokenInvalid("claims")',
    to: "",
  },
  { what: "key window's beginning", file: "verify.ts", from: "claims.iat < key.nbf || ", to: "" },
  { what: "key window's end", file: "verify.ts", from: " || claims.iat >= key.exp", to: "" },
  {
    what: "issuer",
    file: "verify.ts",
    from: 'if (claims.iss !== (expected.issuer ?? bundle.tenant)) return "issuer"',
    to: "",
  },
  {
    what: "audience",
    file: "verify.ts",
    from: 'if (claims.aud !== expected.audience) return "audience"',
    to: "",
  },
  {
    what: "subject",
    file: "verify.ts",
    from: 'if (differs(expected.subject, claims.sub)) return "subject"',
    to: "",
  },
  { what: "nonce", file: "verify.ts", from: 'return "nonce"', to: "return undefined" },
  { what: "request hash", file: "verify.ts", from: 'return "request"', to: "return undefined" },
  { what: "device key", file: "verify.ts", from: 'return "device_key"', to: "return undefined" },
  { what: "fingerprint digest", file: "verify.ts", from: 'return "fingerprint"', to: "return undefined" },
  {
    what: "token from the future",
    file: "verify.ts",
    from: 'return "not_yet_valid"',
    to: "return undefined",
  },
  { what: "token expiry", file: "verify.ts", from: 'return "expired"', to: "return undefined" },
  { what: "license revoked", file: "verify.ts", from: 'return "license_revoked"', to: "return undefined" },
  {
    what: "activation revoked",
    file: "verify.ts",
    from: 'return "activation_revoked"',
    to: "return undefined",
  },
  {
    what: "bundle still fresh",
    file: "verify.ts",
    from: "if (expectations.allowExpiredBundle !== true) assertBundleFresh",
    to: "if (false) assertBundleFresh",
  },
  { what: "bundle's tenant", file: "trust-bundle.ts", from: 'throw trustInvalid("tenant")', to: "{}" },
  { what: "bundle rollback", file: "trust-bundle.ts", from: 'throw trustInvalid("rollback")', to: "{}" },
  {
    what: "bundle from the future",
    file: "trust-bundle.ts",
    from: 'throw trustInvalid("not_yet_valid")',
    to: "{}",
  },
  {
    what: "bundle expiry",
    file: "trust-bundle.ts",
    from: "if (now >= expiresAt * 1000) ",
    to: "if (false) ",
  },
  {
    what: "root's first bundle",
    file: "trust-bundle.ts",
    from: 'if (claims.seq < root.seqMin) throw trustInvalid("root_chain")',
    to: "",
  },
  { what: "newest root seen", file: "trust-bundle.ts", from: "options.lastRoot ?? pinned", to: "pinned" },
  { what: "size of what inflates", file: "encoding.ts", from: "length > bytesMax", to: "false" },
  {
    what: "end of the revoked list",
    file: "revoked-indexes.ts",
    from: "bytesRead === bytes.length ? indexes : undefined",
    to: "indexes",
  },
  { what: "old root's signature", file: "root-chain.ts", from: "await assertSigned(byOld, from);", to: "" },
  { what: "new root's signature", file: "root-chain.ts", from: "await assertSigned(byNew, to);", to: "" },
  {
    what: "same words by both roots",
    file: "root-chain.ts",
    from: 'if (payload !== byNew.split(".")[1]) throw',
    to: "if (false) throw",
  },
  { what: "roots in order", file: "root-chain.ts", from: " && seq > reached.seqMin", to: "" },
  { what: "root chain's tenant", file: "root-chain.ts", from: " && claims.tenant === tenant", to: "" },
  { what: "roots passed once", file: "root-chain.ts", from: " || passed.has(to)", to: "" },
  { what: "clock turned back", file: "clock.ts", from: "throw clockTurnedBack(now, earliest)", to: "{}" },
  {
    what: "fingerprint components",
    file: "fingerprint.ts",
    from: "if (same >= match) return;",
    to: "return;",
  },
  {
    what: "age of the snapshot",
    file: "snapshot.ts",
    from: "if (until === undefined || now < until * 1000) return;",
    to: "return;",
  },
  {
    what: "certificate's license",
    file: "session.ts",
    from: 'if (license.sub !== claims.license) throw tokenInvalid("subject");',
    to: "",
  },
  {
    what: "response's device",
    file: "offline-exchange.ts",
    from: 'throw new SignetError("file_for_other_device");',
    to: "{}",
  },
  {
    what: "response imported before",
    file: "offline-exchange.ts",
    from: "if (imported.includes(nonce)) throw",
    to: "if (false) throw",
  },
  { what: "response's request", file: "offline-exchange.ts", from: "|| pending.req !== req", to: "" },
  {
    what: "kind of file",
    file: "offline-armour.ts",
    from: "begin.name !== OFFLINE_FILES[kind]",
    to: "false",
  },
  {
    what: "one file a text",
    file: "offline-armour.ts",
    from: "if (another !== undefined)",
    to: "if (false)",
  },
  { what: "file's key is Ed25519", file: "offline-file.ts", from: 'value.kty === "OKP" &&', to: "" },
];

const SOURCES = new URL("../src/", import.meta.url).href;
const TESTING = new URL("./", import.meta.url).href;
const isBrief = process.argv.includes("--brief");
/** Vectors that run side by side, after which it is looked whether any has noticed. */
const AT_ONCE = 40;
/** Of each module, as JavaScript: it is loaded anew for every mutation. */
const stripped = new Map<string, string>();

registerHooks({
  // What a mutated module imports is a copy of its own too.
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const mutation = new URL(context.parentURL ?? "file:///").search;
    const isOurs = found.url.startsWith(SOURCES) || found.url.startsWith(TESTING);
    return isOurs && mutation !== "" && !found.url.includes("?")
      ? { ...found, url: found.url + mutation }
      : found;
  },
  load(url, context, next) {
    const { search, pathname, href } = new URL(url);
    if (search === "") return next(url, context);
    const mutation = MUTATIONS[Number(search.slice(1))];
    const isMutated = mutation !== undefined && href.startsWith(`${SOURCES}${mutation.file}?`);
    return {
      format: "module",
      source: javascript(pathname, isMutated ? mutation : undefined),
      shortCircuit: true,
    };
  },
});

function javascript(pathname: string, mutation: Mutation | undefined): string {
  const known = stripped.get(pathname);
  if (known !== undefined && mutation === undefined) return known;
  const source = readFileSync(fileURLToPath(`file://${pathname}`), "utf8");
  if (mutation === undefined) {
    const text = stripTypeScriptTypes(source);
    stripped.set(pathname, text);
    return text;
  }
  const parts = source.split(mutation.from);
  if (parts.length !== 2) throw new Error(`${mutation.what}: ${mutation.file} has no such check, or two.`);
  return stripTypeScriptTypes(parts.join(mutation.to));
}

type Group = "tokens" | "bundles" | "files" | "machines" | "codes" | "journals";
type Run = readonly [vector: Vector, run: () => Promise<string>];

const corpus = readCorpus();
/** The vectors that look at a file's checks first; most checks are of tokens. */
const FIRST: Readonly<Record<string, Group>> = {
  "trust-bundle.ts": "bundles",
  "revoked-indexes.ts": "bundles",
  "root-chain.ts": "bundles",
  "clock.ts": "machines",
  "fingerprint.ts": "machines",
  "snapshot.ts": "machines",
  "session.ts": "machines",
  "offline-exchange.ts": "machines",
  "offline-armour.ts": "files",
  "offline-file.ts": "files",
};

/** Loads and runs as each mutation does, and changes nothing. */
const UNTOUCHED = "?untouched";

/**
 * Ids of the vectors that turn out otherwise than they should; where it is brief, of the first few that do. Where the library throws what
 * is no answer, or the runner itself fails, nothing was noticed.
 */
async function noticedBy(mutation: string, file = ""): Promise<string[]> {
  const {
    runBundle,
    runCode,
    runFile,
    runJournal,
    runMachine,
    runToken,
    wanted,
  }: typeof import("./conformance.ts") = await import(`./conformance.ts${mutation}`);
  const { tokens, bundles, files, machines, codes, journals } = corpus;
  const groups: Readonly<Record<Group, readonly Run[]>> = {
    bundles: bundles.vectors.map((vector) => [vector, () => runBundle(vector)] as const),
    files: files.vectors.map((vector) => [vector, () => runFile(vector)] as const),
    machines: machines.vectors.map((vector) => [vector, () => runMachine(vector, machines)] as const),
    tokens: tokens.vectors.map((vector) => [vector, () => runToken(vector, tokens)] as const),
    codes: codes.vectors.map((vector) => [vector, () => runCode(vector)] as const),
    journals: journals.vectors.map((vector) => [vector, () => runJournal(vector)] as const),
  };
  const first = FIRST[file] ?? "tokens";
  const rest = Object.entries(groups).flatMap(([name, runs]) => (name === first ? [] : runs));
  const runs = [...groups[first], ...rest];
  const noticed: string[] = [];
  for (let begin = 0; begin < runs.length; begin += AT_ONCE) {
    const outcomes = runs.slice(begin, begin + AT_ONCE).map(async ([vector, run]) => {
      const outcome = await run();
      const isNoAnswer = outcome.startsWith("threw ") && mutation !== UNTOUCHED;
      return outcome === wanted(vector) || isNoAnswer ? [] : [vector.id];
    });
    noticed.push(...(await Promise.all(outcomes)).flat());
    if (isBrief && noticed.length > 0) break;
  }
  return noticed;
}

const untouched = await noticedBy(UNTOUCHED);
if (untouched.length > 0) throw new Error(`Without any mutation these fail: ${untouched}.`);
const table = [];
for (const [index, { what, file }] of MUTATIONS.entries())
  table.push({ what, noticed: await noticedBy(`?${index}`, file) });
if (isBrief) console.log(JSON.stringify(table));
else
  for (const { what, noticed } of table)
    console.log(`${what}: ${noticed.length} (${noticed.slice(0, 3).join(", ")})`);
