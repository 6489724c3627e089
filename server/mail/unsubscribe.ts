import { timingSafeEqual } from "node:crypto";
import { publicId, storedId } from "#server/domain/ids.ts";
import { MAIL_KINDS, type MailKind } from "#server/domain/mail-kinds.ts";

/** Whom a link in a mail lets turn off what, without signing in. */
export interface Unsubscription {
  readonly tenantId: string;
  readonly userId: string;
  readonly kind: MailKind;
}

/** What the links need of a tenant's keys. */
interface Vault {
  cipher(tenantId: string): Promise<{ keyedHash(purpose: string, text: string): Uint8Array }>;
}

const PURPOSE = "mail-unsubscribe";

/** A text that only this tenant can have made: it turns off one kind of mail for one person, and can do nothing else. */
export async function unsubscribeToken(
  vault: Vault,
  { tenantId, userId, kind }: Unsubscription,
): Promise<string> {
  const claim = `${publicId("tenant", tenantId)}.${publicId("user", userId)}.${kind}`;
  const mac = (await vault.cipher(tenantId)).keyedHash(PURPOSE, claim);
  return `${claim}.${Buffer.from(mac).toString("base64url")}`;
}

/** Undefined for a text that nobody here made. */
export async function readUnsubscribeToken(vault: Vault, token: string): Promise<Unsubscription | undefined> {
  const [tenant = "", user = "", named = "", mac = ""] = token.split(".");
  const tenantId = storedId("tenant", tenant);
  const userId = storedId("user", user);
  const kind = MAIL_KINDS.find((each) => each === named);
  if (tenantId === undefined || userId === undefined || kind === undefined) return undefined;
  const cipher = await vault.cipher(tenantId).catch(() => undefined);
  if (cipher === undefined) return undefined;
  const expected = cipher.keyedHash(PURPOSE, `${tenant}.${user}.${kind}`);
  const given = Buffer.from(mac, "base64url");
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  return isOurs ? { tenantId, userId, kind } : undefined;
}
