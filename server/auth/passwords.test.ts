import { verify } from "@node-rs/argon2";
import { beforeEach, expect, test, vi } from "vitest";
import { hashPassword, newPasswordSchema, passwordStamp, verifyPassword } from "./passwords.ts";

vi.mock("@node-rs/argon2", async (original) => {
  const real = await original<typeof import("@node-rs/argon2")>();
  return { ...real, verify: vi.fn(real.verify) };
});
beforeEach(() => {
  vi.mocked(verify).mockClear();
});

test("only the right password fits its hash", async () => {
  const stored = await hashPassword("correct horse battery");
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await verifyPassword(stored, "correct horse battery")).toBe(true);
  expect(await verifyPassword(stored, "correct horse batterz")).toBe(false);
});

test.each([null, undefined])(
  "without a stored hash (%o) the same work is done and nothing fits",
  async (stored) => {
    expect(await verifyPassword(stored, "a decoy that nobody's password is compared with")).toBe(false);
    expect(verify).toHaveBeenCalledTimes(1);
    expect(vi.mocked(verify).mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  },
);

test("the stamp changes with the password and does not contain its hash", async () => {
  const [one, other] = [await hashPassword("one password here"), await hashPassword("another password")];
  expect(passwordStamp(one)).not.toBe(passwordStamp(other));
  expect(one).not.toContain(passwordStamp(one));
});

test.each([
  ["twelve chars", true],
  ["eleven char", false],
  ["x".repeat(201), false],
])("a new password %o: %o", (password, accepted) => {
  expect(newPasswordSchema.safeParse(password).success).toBe(accepted);
});
