import { describe, expect, test } from "vitest";
import { DAY, NOW, NOW_MS, newKey } from "../testing/authority.ts";
import { ABOUT_LICENSE, Bench, outcomeOf } from "../testing/bench.ts";
import { openTrustBundle, verifyToken } from "./verify.ts";

describe("a good token", () => {
  test("is believed, and its claims returned", async () => {
    const bench = new Bench();
    const { authority } = bench;
    expect(await bench.verify(bench.token())).toEqual(authority.activationClaims());
    const license = await bench.verify(bench.certificate(), ABOUT_LICENSE, "license");
    expect(license).toEqual(authority.licenseClaims());
    const nonce = "nonce-of-the-request";
    const denial = await bench.verify(bench.denial({ nonce }), { ...ABOUT_LICENSE, nonce }, "denial");
    expect(denial).toMatchObject({ code: "license_revoked" });
  });

  test("is believed when a key is announced or retired, as long as it signed within its window", async () => {
    expect(await outcomeOf(new Bench().verifyWithKey({ status: "announced" }))).toBe("accepted");
    expect(await outcomeOf(new Bench().verifyWithKey({ status: "retired", exp: NOW }))).toBe("accepted");
  });

  test("is believed beside keys of a use that this version does not know", async () => {
    const bench = new Bench();
    const { authority } = bench;
    const keys = [authority.bundleKey("activation"), { ...authority.bundleKey("lease"), use: "quantum" }];
    const verifying = bench.verify(bench.token(), {}, "activation", authority.bundle({ keys }));
    expect(await outcomeOf(verifying)).toBe("accepted");
  });

  test("is believed whatever `jwk` and `jku` say, because nobody reads them", async () => {
    const bench = new Bench();
    const jwk = { kty: "OKP", crv: "Ed25519", x: newKey().x };
    const token = bench.withHeader({
      jwk,
      jku: "https://evil.example/jwks",
      x5u: "https://evil.example/x5u",
    });
    expect(await outcomeOf(bench.verify(token))).toBe("accepted");
  });

  test("outlives its end only where that is asked for", async () => {
    const bench = new Bench();
    const ended = bench.certificate({ exp: NOW - DAY });
    expect(await outcomeOf(bench.verify(ended, ABOUT_LICENSE, "license"))).toBe("token_invalid: expired");
    const lenient = { ...ABOUT_LICENSE, allowExpired: true };
    expect(await outcomeOf(bench.verify(ended, lenient, "license"))).toBe("accepted");
  });

  test("stays believed beside revoked neighbours", async () => {
    const bench = new Bench();
    bench.authority.revoked.licenses.push(4, 6, 1000);
    bench.authority.revoked.activations.push("act_other");
    bench.authority.revoked.keys.push(bench.authority.keys.lease.kid);
    expect(await outcomeOf(bench.verify(bench.token()))).toBe("accepted");
  });

  test("is believed no longer once the bundle has expired, however long that has been open", async () => {
    const bench = new Bench();
    const opened = await openTrustBundle(bench.authority.bundle(), bench.authority.root.x, { now: NOW_MS });
    const later = NOW + 8 * DAY;
    const fresh = bench.token({ iat: later - 60, exp: later + DAY });
    const verifying = verifyToken(fresh, "activation", opened, { audience: "renderer", now: later * 1000 });
    expect(await outcomeOf(verifying)).toBe("trust_invalid: expired");
  });
});
