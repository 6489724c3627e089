import { afterEach, describe, expect, test, vi } from "vitest";
import { DAY, NOW, NOW_MS } from "../testing/authority.ts";
import { Bench, outcomeOf } from "../testing/bench.ts";
import { recall, remember } from "./remembered-tokens.ts";
import { openTrustBundle, type TokenExpectations, type VerifiableKind, verifyToken } from "./verify.ts";

/** A token that was verified under a bundle, which therefore remembers it. */
async function verifiedOnce() {
  const bench = new Bench();
  const { authority } = bench;
  const open = (changes = {}) =>
    openTrustBundle(authority.bundle(changes), authority.root.x, { now: NOW_MS });
  const [token, bundle] = [bench.token(), await open()];
  const expected = { audience: authority.product, now: NOW_MS };
  await verifyToken(token, "activation", bundle, expected);
  expect(recall(token, "activation", bundle)).toBeDefined();
  const again = (
    changes: Partial<TokenExpectations> = {},
    under = bundle,
    text = token,
    kind: VerifiableKind = "activation",
  ) => outcomeOf(verifyToken(text, kind, under, { ...expected, ...changes }));
  return { authority, bench, bundle, open, token, again, expected };
}

describe("a token that was verified before", () => {
  test("is believed again, and what a caller does to its claims is nobody else's", async () => {
    const { authority, bundle, token, expected } = await verifiedOnce();
    const claims = await verifyToken(token, "activation", bundle, expected);
    Object.assign(claims.features, { everything: true });
    Object.assign(claims, { exp: NOW + 999 * DAY });
    expect(await verifyToken(token, "activation", bundle, expected)).toEqual(authority.activationClaims());
  });

  test("is refused once its time is over, before it has come, and once the bundle's is", async () => {
    const { again } = await verifiedOnce();
    expect(await again({ now: NOW_MS + 3 * DAY * 1000 })).toBe("token_invalid: expired");
    expect(await again({ now: NOW_MS - DAY * 1000 })).toBe("token_invalid: not_yet_valid");
    expect(await again({ now: NOW_MS + 8 * DAY * 1000 })).toBe("trust_invalid: expired");
    expect(await again()).toBe("accepted");
  });

  test("is refused for whoever expects another one", async () => {
    const { again, bundle, token } = await verifiedOnce();
    const other = "other";
    expect(await again({ audience: other })).toBe("token_invalid: audience");
    expect(await again({ issuer: other })).toBe("token_invalid: issuer");
    expect(await again({ subject: other })).toBe("token_invalid: subject");
    expect(await again({ nonce: other })).toBe("token_invalid: nonce");
    expect(await again({ req: other })).toBe("token_invalid: request");
    expect(await again({ deviceKey: other })).toBe("token_invalid: device_key");
    expect(await again({ fingerprint: other })).toBe("token_invalid: fingerprint");
    expect(await again({}, bundle, token, "license")).toBe("token_invalid: type");
  });

  test("is refused under a bundle that disowns, lacks or has ended its key, or revokes what it grants", async () => {
    const { authority, again, open } = await verifiedOnce();
    expect(await again({}, await open({ keys: [] }))).toBe("token_invalid: key_unknown");
    const ended = [authority.bundleKey("activation", { exp: NOW - DAY })];
    expect(await again({}, await open({ keys: ended }))).toBe("token_invalid: key_window");
    const another = [authority.bundleKey("activation", { use: "license" })];
    expect(await again({}, await open({ keys: another }))).toBe("token_invalid: key_use");
    authority.revoked.activations.push("act_01jtest");
    expect(await again({}, await open())).toBe("token_invalid: activation_revoked");
    authority.revoked.licenses.push(5);
    expect(await again({}, await open())).toBe("token_invalid: license_revoked");
    authority.disown("activation");
    expect(await again({}, await open())).toBe("token_invalid: key_revoked");
  });

  test("is refused by what a bundle says at that moment, should one ever change", async () => {
    const { bundle, again } = await verifiedOnce();
    const said = { ...bundle };
    expect(await again({}, said)).toBe("accepted");
    expect(await again({}, Object.assign(said, { isKeyRevoked: () => true }))).toBe(
      "token_invalid: key_revoked",
    );
    const lacking = { isKeyRevoked: () => false, key: () => undefined };
    expect(await again({}, Object.assign(said, lacking))).toBe("token_invalid: key_unknown");
  });

  test("says nothing for one that differs from it in a character, wherever that is", async () => {
    const { again, bundle, token } = await verifiedOnce();
    for (let place = 0; place < token.length; place++) {
      const other = token.charAt(place) === "A" ? "B" : "A";
      const altered = token.slice(0, place) + other + token.slice(place + 1);
      expect(recall(altered, "activation", bundle), String(place)).toBeUndefined();
      if (place % 20 === 0) expect(await again({}, bundle, altered), String(place)).not.toBe("accepted");
    }
  });

  test("is forgotten in time, the least used first, and a long one is not kept", async () => {
    const { authority, bundle, token } = await verifiedOnce();
    const [key] = bundle.keysFor("activation");
    if (key === undefined) throw new Error("The bundle holds no key.");
    const entry = { kind: "activation", key, kid: key.kid, said: "{}" } as const;
    for (let count = 0; count < 1_000; count++) {
      remember(`text ${count}`, entry, bundle);
      recall(token, "activation", bundle);
    }
    expect(recall(token, "activation", bundle)).toBeDefined();
    const kept = Array.from({ length: 1_000 }, (_, count) => recall(`text ${count}`, "activation", bundle));
    expect(kept.filter(Boolean)).toHaveLength(255);
    expect(kept.slice(-255)).not.toContain(undefined);
    const long = authority.token("activation", authority.activationClaims({ cid: "x".repeat(20_000) }));
    expect(
      await outcomeOf(verifyToken(long, "activation", bundle, { audience: "renderer", now: NOW_MS })),
    ).toBe("accepted");
    expect(recall(long, "activation", bundle)).toBeUndefined();
  });
});

describe("where there is no Node", () => {
  const { getBuiltinModule } = process;
  afterEach(() => {
    process.getBuiltinModule = getBuiltinModule;
    vi.resetModules();
  });

  test("the same is believed and refused by WebCrypto", async () => {
    Object.assign(process, { getBuiltinModule: undefined });
    vi.resetModules();
    const verify = vi.spyOn(crypto.subtle, "verify");
    const web = await import("./verify.ts");
    const bench = new Bench();
    const { authority } = bench;
    const bundle = await web.openTrustBundle(authority.bundle(), authority.root.x, { now: NOW_MS });
    const by = (text: string) =>
      web.verifyToken(text, "activation", bundle, { audience: authority.product, now: NOW_MS });
    expect(await by(bench.token())).toEqual(authority.activationClaims());
    await expect(by(bench.altered({ features: {} }))).rejects.toMatchObject({ reason: "signature" });
    // Of the bundle, and of both tokens.
    expect(verify).toHaveBeenCalledTimes(3);
    verify.mockRestore();
  });
});
