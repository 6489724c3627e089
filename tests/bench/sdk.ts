import { execFileSync, spawn } from "node:child_process";
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileStorage } from "#sdk/storage-file.ts";
import { openTrustBundle, verifyToken } from "#sdk/verify.ts";
import { TestAuthority } from "../../sdk/typescript/testing/authority.ts";
import { readCorpus, storeMachine } from "../../sdk/typescript/testing/conformance.ts";
import type { Subject } from "./load.ts";
import { markdown, median } from "./table.ts";

/** Many more than the library remembers, so that none of them is remembered. */
const TOKENS = 1_000;
/** For one look at the clock. */
const AT_ONCE = 20;
const STARTS = 15;

/** Verifying by the library, in turn and again, and what it is measured against: one call of Node's own. */
export async function sdkSubjects(): Promise<Subject[]> {
  const authority = new TestAuthority();
  const tokens = Array.from({ length: TOKENS }, (_, index) =>
    authority.token("activation", authority.activationClaims({ jti: `tok_${index}` })),
  );
  const now = authority.now * 1000;
  const bundle = await openTrustBundle(authority.bundle(), authority.root.x, { now });
  const expected = { audience: authority.product, now };
  const { x } = authority.keys.activation;
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = tokens.map((token) => {
    const end = token.lastIndexOf(".");
    return {
      data: Buffer.from(token.slice(0, end)),
      signature: Buffer.from(token.slice(end + 1), "base64url"),
    };
  });
  const subject = (name: string, once: () => Promise<void>): Subject => ({
    name,
    callers: 1,
    weight: AT_ONCE,
    caller: async () => ({ once, close: () => undefined }),
  });
  const inTurn = <Value>(values: readonly Value[]): (() => readonly Value[]) => {
    let turn = 0;
    return () => {
      const first = (turn++ * AT_ONCE) % values.length;
      return values.slice(first, first + AT_ONCE);
    };
  };
  const [nextSigned, nextTokens] = [inTurn(signed), inTurn(tokens)];
  const again = tokens.slice(0, 1).flatMap((token) => Array.from({ length: AT_ONCE }, () => token));
  const verifyAll = async (texts: readonly string[]): Promise<void> => {
    for (const text of texts) await verifyToken(text, "activation", bundle, expected);
  };
  return [
    subject("raw-verify", async () => {
      for (const { data, signature } of nextSigned())
        if (!verify(null, data, key, signature)) throw new Error("A good signature was refused.");
    }),
    subject("sdk-verify", () => verifyAll(nextTokens())),
    subject("sdk-verify-again", () => verifyAll(again)),
  ];
}

/** From nothing to a license verified without a network, by the built package, against one `crypto.verify`; each in a process of its own. */
export async function coldStarts(): Promise<string> {
  const { machines } = readCorpus();
  const vector = machines.vectors.find(({ does, accepted }) => does === "start" && accepted !== undefined);
  if (vector === undefined) throw new Error("The corpus has no machine that starts.");
  const { tenant, product } = machines;
  const { rootKey, fingerprint, clock } = vector;
  const build = ["node_modules/typescript/bin/tsc", "-p", "sdk/typescript/tsconfig.build.json"];
  execFileSync(process.execPath, build);
  const directory = await mkdtemp(join(tmpdir(), "signet-cold-"));
  try {
    const state = join(directory, "state");
    await storeMachine(fileStorage(state), vector);
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const data = "any text";
    const given = {
      raw: {
        jwk: publicKey.export({ format: "jwk" }),
        data,
        signature: sign(null, Buffer.from(data), privateKey).toString("base64url"),
      },
      sdk: { tenant, product, rootKey, fingerprint, clock, state },
    };
    const starts = { raw: [] as Start[], sdk: [] as Start[] };
    for (let turn = 0; turn < STARTS; turn++)
      for (const way of ["raw", "sdk"] as const) starts[way].push(await start(way, given[way]));
    const line = (what: string, figure: (start: Start) => number): string[] => {
      const [raw, sdk] = [median(starts.raw.map(figure)), median(starts.sdk.map(figure))];
      return [what, `${sdk.toFixed(1)} ms`, `${raw.toFixed(1)} ms`, `${(sdk / raw).toFixed(1)} ×`];
    };
    return markdown(
      ["from", "license verified", "one `crypto.verify`", ""],
      [
        line("the process's start", ({ processMs }) => processMs),
        line("before its modules are loaded", ({ loadedMs, verifiedMs }) => loadedMs + verifiedMs),
        line("when they are loaded", ({ verifiedMs }) => verifiedMs),
      ],
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Start {
  /** From the spawn to the process's word that it has verified. */
  readonly processMs: number;
  readonly loadedMs: number;
  readonly verifiedMs: number;
}

async function start(way: "raw" | "sdk", given: object): Promise<Start> {
  const child = spawn(process.execPath, ["tests/bench/cold-start.mjs", way, JSON.stringify(given)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const startMs = performance.now();
  const text = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", resolve);
    child.once("error", reject);
    child.once("exit", () => reject(new Error("A cold start ended without a word.")));
  });
  const processMs = performance.now() - startMs;
  return { processMs, ...JSON.parse(text) };
}
