import { z } from "zod";
import { idOf } from "#server/domain/ids.ts";
import { TEMPLATE_NAMES, TEMPLATES } from "./catalogue.ts";
import { type RenderedMail, renderMail } from "./render.ts";
import type { Payloads } from "./sealed-payload.ts";
import type { Sender } from "./template.ts";
import { unsubscribeToken } from "./unsubscribe.ts";

interface Stored {
  readonly tenantId: string;
  readonly id: string;
  readonly template: string;
  readonly payloadCipher: Uint8Array;
}

/** What reading stored mails needs. */
export interface Reading {
  readonly payloads: Pick<Payloads, "open">;
  readonly vault: Parameters<typeof unsubscribeToken>[0];
}

const toPerson = z.object({ userId: idOf("user") });

/** A mail as it is stored → as it is read. Throws for one that an earlier version wrote and this one cannot read. */
export async function renderStored(
  { payloads, vault }: Reading,
  mail: Stored,
  sender: Sender,
): Promise<RenderedMail & { readonly headers: Readonly<Record<string, string>> }> {
  const name = TEMPLATE_NAMES.find((each) => each === mail.template);
  if (name === undefined) throw new Error(`There is no template ${mail.template}.`);
  const payload = await payloads.open(mail, mail.payloadCipher);
  const kind = TEMPLATES[name].notice;
  if (kind === undefined) return { ...renderMail(name, payload, sender), headers: {} };
  const { userId } = toPerson.parse(payload);
  const token = await unsubscribeToken(vault, { tenantId: mail.tenantId, userId, kind });
  const url = `${sender.portalUrl}/unsubscribe/${token}`;
  return {
    ...renderMail(name, payload, sender, { unsubscribeUrl: url }),
    // RFC 8058: a mailbox's own button turns it off, without anybody following a link.
    headers: {
      "List-Unsubscribe": `<${sender.portalUrl}/api/unsubscribe/${token}>`,
      "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
  };
}
