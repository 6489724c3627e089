import { createHash, randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import type { Prisma } from "#prisma/generated/client.ts";
import { invalidField, SignetError } from "../domain/errors.ts";
import { TWO_FACTOR_NEEDED } from "../domain/two-factor.ts";
import type { Clock } from "../platform/clock.ts";
import type { Database } from "../platform/database.ts";
import type { Logger } from "../platform/log.ts";
import type { KeyWrapper } from "../platform/master-key.ts";
import { noteAccountEvent } from "./account-log.ts";
import type { SignInLimiter } from "./limiter.ts";
import { verifyPassword } from "./passwords.ts";

const STEP_SECONDS = 30;
/** Steps before and after now whose code is taken too: clocks of phones differ. */
const WINDOW = 1;
const SECRET_BYTES = 20;
const RECOVERY_CODES = 10;
/** 80 bits, so that their hashes need no salt. */
const RECOVERY_BYTES = 10;

const WRONG = "This code is not right, or was used already; enter the one that the app shows now.";

type Tx = Prisma.TransactionClient;

export interface TwoFactorStatus {
  readonly enabledAt: Date | null;
  readonly recoveryCodesLeft: number;
  /** Whether a password chosen by a mailed link leaves it in force: only where the address was proved. */
  readonly survivesReset: boolean;
}

/** What an authenticator app is given: as a link in a QR code, or typed. */
export interface TwoFactorSetup {
  readonly uri: string;
  readonly secret: string;
}

/** A code that a signed-in person has typed, and the network address it came from. */
export interface Proof {
  readonly userId: string;
  readonly code: string;
  readonly ip: string;
}

export type TwoFactor = ReturnType<typeof createTwoFactor>;

/** The second thing a person proves at sign-in: a code of their authenticator app, or one of their recovery codes, once. */
export function createTwoFactor(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  keyWrapper: KeyWrapper;
  limiter: SignInLimiter;
}) {
  const { database, clock, log, keyWrapper, limiter } = deps;
  const prisma = database.prisma;
  const sealedFor = (userId: string) => `two-factor/${userId}`;
  const counterOf = sealedFor;

  /** The step whose code it is; undefined when it is none of about now. */
  async function stepOf(userId: string, secretCipher: Uint8Array, code: string): Promise<number | undefined> {
    const secret = await keyWrapper.unwrap(secretCipher, sealedFor(userId));
    const timestamp = clock.now().getTime();
    const delta = appOf(secret).validate({ token: code, timestamp, window: WINDOW });
    return delta === null ? undefined : Math.floor(timestamp / 1000 / STEP_SECONDS) + delta;
  }

  /** Takes a code of the app, or a recovery code; false when it is neither, or was taken before. */
  async function take(tx: Tx, userId: string, typed: string): Promise<boolean> {
    const code = typed.replaceAll(/[\s-]/g, "").toLowerCase();
    const known = await tx.twoFactor.findUnique({ where: { userId } });
    if (known === null) return false;
    if (/^\d{6}$/.test(code)) {
      const step = await stepOf(userId, known.secretCipher, code);
      if (step === undefined) return false;
      const taken = await tx.twoFactor.updateMany({
        where: { userId, lastStep: { lt: step } },
        data: { lastStep: step },
      });
      return taken.count === 1;
    }
    const used = await tx.recoveryCode.updateMany({
      where: { userId, hash: hashOf(code), usedAt: null },
      data: { usedAt: clock.now() },
    });
    if (used.count === 1) log.info({ userId }, "recovery code used");
    return used.count === 1;
  }

  /** What a signed-in person does with a code: all of it, under the sign-in limits, or nothing. */
  async function withCode<Result>(
    { userId, ip, code }: Proof,
    work: (tx: Tx) => Promise<Result>,
  ): Promise<Result> {
    await limiter.attempt(counterOf(userId), ip);
    const result = await prisma.$transaction(async (tx) => {
      await lock(tx, userId);
      if (!(await take(tx, userId, code))) throw invalidField("/code", WRONG);
      return work(tx);
    });
    await limiter.succeeded(counterOf(userId), ip);
    return result;
  }

  async function newRecoveryCodes(tx: Tx, userId: string): Promise<string[]> {
    const codes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
    await tx.recoveryCode.deleteMany({ where: { userId } });
    await tx.recoveryCode.createMany({
      data: codes.map((code) => ({ userId, hash: hashOf(code.replaceAll("-", "")) })),
    });
    return codes;
  }

  return {
    async status(userId: string): Promise<TwoFactorStatus> {
      const [known, recoveryCodesLeft, user] = await Promise.all([
        prisma.twoFactor.findUnique({ where: { userId }, select: { confirmedAt: true } }),
        prisma.recoveryCode.count({ where: { userId, usedAt: null } }),
        prisma.user.findUniqueOrThrow({ where: { id: userId }, select: { addressProvenAt: true } }),
      ]);
      const enabledAt = known?.confirmedAt ?? null;
      const survivesReset = user.addressProvenAt !== null;
      return { enabledAt, recoveryCodesLeft: enabledAt === null ? 0 : recoveryCodesLeft, survivesReset };
    },

    /**
     * At sign-in, after the password: nothing is `proved` where none is set up. Wrong codes are counted for the person, whatever way they came.
     * Throws `unauthorized`, with `TWO_FACTOR_NEEDED` where no code was given, and `rate_limited` after too many wrong ones.
     */
    async challenge(userId: string, code: string | undefined, ip: string): Promise<{ proved: boolean }> {
      const known = await prisma.twoFactor.findUnique({ where: { userId } });
      if (known === null || known.confirmedAt === null) return { proved: false };
      if (code === undefined || code.trim() === "") throw new SignetError("unauthorized", TWO_FACTOR_NEEDED);
      await limiter.attempt(counterOf(userId), ip);
      if (!(await take(prisma, userId, code))) {
        log.info({ userId }, "second factor refused");
        throw new SignetError("unauthorized", WRONG);
      }
      await limiter.succeeded(counterOf(userId), ip);
      return { proved: true };
    },

    /** A new secret, which counts once `confirm` has seen a code of it. Throws `invalid_request` where one counts already. */
    async begin(user: { id: string; email: string }): Promise<TwoFactorSetup> {
      const secret = randomBytes(SECRET_BYTES);
      const secretCipher = new Uint8Array(await keyWrapper.wrap(secret, sealedFor(user.id)));
      await prisma.$transaction(async (tx) => {
        await lock(tx, user.id);
        await mayBegin(tx, user.id);
        await tx.twoFactor.upsert({
          where: { userId: user.id },
          create: { userId: user.id, secretCipher },
          update: { secretCipher, lastStep: 0 },
        });
      });
      const app = appOf(secret, user.email);
      return { uri: app.toString(), secret: app.secret.base32 };
    },

    /**
     * Turns it on. The account's password must fit, where it has one: with a session that was left open, or a copied cookie, nobody
     * locks its owner out. Returns the recovery codes, which are shown this once. Throws `invalid_request` for a wrong code or password.
     */
    async confirm({ password = "", ...proof }: Proof & { readonly password?: string | undefined }): Promise<{
      recoveryCodes: string[];
    }> {
      const { userId, ip } = proof;
      const { email, passwordHash } = await prisma.user.findUniqueOrThrow({ where: { id: userId } });
      if (passwordHash !== null) {
        await limiter.attempt(email, ip);
        if (!(await verifyPassword(passwordHash, password)))
          throw invalidField("/password", "This is not your password.");
        await limiter.succeeded(email, ip);
      }
      return withCode(proof, async (tx) => {
        await mayBegin(tx, proof.userId);
        await tx.twoFactor.update({ where: { userId: proof.userId }, data: { confirmedAt: clock.now() } });
        await noteAccountEvent(tx, clock.now(), { userId: proof.userId, kind: "two_factor_on" });
        log.info({ userId: proof.userId }, "two-factor sign-in turned on");
        return { recoveryCodes: await newRecoveryCodes(tx, proof.userId) };
      });
    },

    /** New recovery codes in the place of all earlier ones. */
    renewRecoveryCodes: (proof: Proof): Promise<{ recoveryCodes: string[] }> =>
      withCode(proof, async (tx) => {
        await noteAccountEvent(tx, clock.now(), { userId: proof.userId, kind: "recovery_codes_renewed" });
        return { recoveryCodes: await newRecoveryCodes(tx, proof.userId) };
      }),

    /** Turns it off. */
    disable: (proof: Proof): Promise<void> =>
      withCode(proof, async (tx) => {
        const { userId } = proof;
        await removeTwoFactor(tx, userId);
        await noteAccountEvent(tx, clock.now(), { userId, kind: "two_factor_off" });
        log.info({ userId }, "two-factor sign-in turned off");
      }),
  };
}

/** Takes the authenticator and its recovery codes away; answers whether it counted. */
export async function removeTwoFactor(
  tx: Pick<Tx, "twoFactor" | "recoveryCode">,
  userId: string,
): Promise<boolean> {
  await tx.recoveryCode.deleteMany({ where: { userId } });
  const known = await tx.twoFactor.findUnique({ where: { userId }, select: { confirmedAt: true } });
  await tx.twoFactor.deleteMany({ where: { userId } });
  return known !== null && known.confirmedAt !== null;
}

/** Locks the person, so that of two tabs that set it up, the second does not replace what the first has confirmed. */
async function lock(tx: Tx, userId: string): Promise<void> {
  await tx.$executeRaw`SELECT 1 FROM "user" WHERE id = ${userId}::uuid FOR UPDATE`;
}

async function mayBegin(tx: Tx, userId: string): Promise<void> {
  const known = await tx.twoFactor.findUnique({ where: { userId } });
  if (known !== null && known.confirmedAt !== null)
    throw new SignetError(
      "invalid_request",
      "Two-factor sign-in is on already; turn it off first to use another app.",
    );
}

function appOf(secret: Uint8Array, label = ""): TOTP {
  const bytes = new Uint8Array(secret);
  return new TOTP({
    issuer: "Signet",
    label,
    secret: new Secret({ buffer: bytes.buffer }),
    period: STEP_SECONDS,
  });
}

/** Base32 of 80 bits, in groups of four: `abcd-efgh-ijkl-mnop`. */
function newRecoveryCode(): string {
  const { base32 } = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_BYTES)).buffer });
  return base32.toLowerCase().match(/.{4}/g)?.join("-") ?? base32;
}

function hashOf(code: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash("sha256").update(code).digest());
}
