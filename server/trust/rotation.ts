import { KEY_USES, type KeyUse } from "#sdk/wire.ts";
import { SignetError } from "#server/domain/errors.ts";
import { dueSteps, type KeyChange, signsFrom } from "#server/domain/signing-key.ts";
import type { Clock } from "#server/platform/clock.ts";
import { DAY_MS } from "./bundle.ts";
import { rotationRule } from "./key-rules.ts";
import { isWaiting, type Published, type Publisher, type Tx } from "./publisher.ts";
import type { StoredKey } from "./trust-store.ts";
import * as store from "./trust-store.ts";
import type { Vault } from "./vault.ts";

/** A working key's life as people see it. */
export interface KeyView extends Omit<StoredKey, "privateCipher" | "id"> {
  /** When an announced key may sign. */
  readonly signsFrom: Date | undefined;
}

/** Moves working keys along their lives; each move is made known by a bundle, and takes effect with it. */
export function createRotation(deps: { clock: Clock; vault: Vault; publisher: Publisher }) {
  const { clock, vault, publisher } = deps;

  /** Locks the tenant's trust first: two rotations at once would announce two keys. */
  async function keysOf(tx: Tx, tenantId: string) {
    const trustSeq = await store.lockTrustSeq(tx, tenantId);
    const bundleDays = await store.readBundleDays(tx, tenantId);
    return { trustSeq, bundleDays, keys: await store.readWorkingKeys(tx, tenantId) };
  }

  async function createSuccessor(tx: Tx, tenantId: string, use: KeyUse): Promise<string> {
    const cipher = await vault.cipher(tenantId, tx);
    return (await publisher.createKey(tx, tenantId, use, "announced", cipher)).kid;
  }

  async function compromise(tx: Tx, tenantId: string, kid: string): Promise<Published> {
    const { keys } = await keysOf(tx, tenantId);
    const key = keys.find((each) => each.kid === kid);
    if (key === undefined) throw new SignetError("not_found");
    if (key.status === "compromised") throw refused("This key is known to be compromised already.");
    const changes: KeyChange[] = [{ kid, to: "compromised" }];
    if (key.status === "active") {
      const ready = keys.find(({ use, status }) => use === key.use && status === "announced");
      changes.push({ kid: ready?.kid ?? (await createSuccessor(tx, tenantId, key.use)), to: "active" });
    }
    return publisher.publish(tx, tenantId, changes);
  }

  /** What time has made due, as changes; a key to be announced is made. */
  async function dueChanges(tx: Tx, tenantId: string, keys: readonly StoredKey[], bundleDays: number) {
    const changes: KeyChange[] = [];
    let announced = 0;
    for (const use of KEY_USES) {
      const own = keys.filter((key) => key.use === use);
      for (const step of dueSteps(own, rotationRule(use, bundleDays), clock.now())) {
        if (step.step === "destroy") changes.push({ kid: step.kid, to: "destroyed" });
        if (step.step === "activate") changes.push(...handOver(own, step.kid));
        if (step.step === "announce") {
          await createSuccessor(tx, tenantId, use);
          announced++;
        }
      }
    }
    return { changes, announced };
  }

  return {
    compromise,

    async keys(tx: Tx, tenantId: string): Promise<KeyView[]> {
      const bundleDays = await store.readBundleDays(tx, tenantId);
      const keys = await store.readWorkingKeys(tx, tenantId);
      return keys.map(({ privateCipher: _sealed, id: _id, ...key }) => {
        const from = signsFrom(key, rotationRule(key.use, bundleDays), clock.now());
        return { ...key, signsFrom: key.status === "announced" ? from : undefined };
      });
    },

    /** Lists a new key, which signs once every bundle in force lists it. */
    async announce(tx: Tx, tenantId: string, use: KeyUse): Promise<Published & { kid: string }> {
      const { keys } = await keysOf(tx, tenantId);
      if (keys.some((key) => key.use === use && key.status === "announced"))
        throw refused(`A new ${use} key is already announced; activate that one.`);
      const kid = await createSuccessor(tx, tenantId, use);
      return { ...(await publisher.publish(tx, tenantId, [])), kid };
    },

    /**
     * Lets the announced key sign, and retires the one before it. Throws `invalid_request` before its time unless `early`: a
     * client that keeps an older bundle until its end would then refuse what the new key signs.
     */
    async activate(
      tx: Tx,
      tenantId: string,
      use: KeyUse,
      { early }: { readonly early: boolean },
    ): Promise<Published & { kid: string; early: boolean }> {
      const { keys, bundleDays } = await keysOf(tx, tenantId);
      const own = keys.filter((key) => key.use === use);
      const key = own.find(({ status }) => status === "announced");
      if (key === undefined) throw refused(`No new ${use} key is announced; announce one first.`);
      if (key.announcedAt === null)
        throw refused(`No bundle lists the new ${use} key yet; sign the one that is prepared first.`);
      const from = signsFrom(key, rotationRule(use, bundleDays), clock.now());
      const isEarly = from > clock.now();
      if (isEarly && !early)
        throw refused(
          `The new ${use} key may sign from ${from.toISOString()} on, when every bundle in force lists it; ask for it early to take that risk.`,
        );
      const published = await publisher.publish(tx, tenantId, handOver(own, key.kid));
      return { ...published, kid: key.kid, early: isEarly };
    },

    /**
     * What the clock asks for: new keys announced, activated and destroyed, and a bundle signed anew when half its life has
     * passed. Doing it again changes nothing. Where the root is offline a bundle is prepared, once.
     */
    async moveAlong(tx: Tx, tenantId: string): Promise<boolean> {
      const { trustSeq, bundleDays, keys } = await keysOf(tx, tenantId);
      const bundle = await store.readBundle(tx, tenantId, trustSeq);
      if (bundle === null) return false;
      const now = clock.now();
      const draft = await store.readDraft(tx, tenantId);
      const root = await store.readRootKey(tx, tenantId);
      const waits = isWaiting(draft, trustSeq) && draft.expiresAt > now;
      if (root.privateCipher === null && waits) return false;
      const { changes, announced } = await dueChanges(tx, tenantId, keys, bundleDays);
      // By its end: one that was signed elsewhere may have come back long after it was prepared.
      const isHalfSpent = bundle.expiresAt.getTime() - now.getTime() <= (bundleDays / 2) * DAY_MS;
      if (changes.length === 0 && announced === 0 && !isHalfSpent) return false;
      await publisher.publish(tx, tenantId, changes);
      return true;
    },
  };
}

/** One key follows another of its use. */
function handOver(keys: readonly StoredKey[], kid: string): KeyChange[] {
  const before = keys.filter(({ status }) => status === "active");
  return [...before.map((key): KeyChange => ({ kid: key.kid, to: "retired" })), { kid, to: "active" }];
}

function refused(sentence: string): SignetError {
  return new SignetError("invalid_request", sentence);
}
