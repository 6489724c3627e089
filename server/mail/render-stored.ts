import { TEMPLATE_NAMES } from "./catalogue.ts";
import { type RenderedMail, renderMail } from "./render.ts";
import type { Payloads } from "./sealed-payload.ts";
import type { Sender } from "./template.ts";

/** A mail as it is stored → as it is read. Throws for one that an earlier version wrote and this one cannot read. */
export async function renderStored(
  payloads: Pick<Payloads, "open">,
  mail: {
    readonly tenantId: string;
    readonly id: string;
    readonly template: string;
    readonly payloadCipher: Uint8Array;
  },
  sender: Sender,
): Promise<RenderedMail> {
  const name = TEMPLATE_NAMES.find((each) => each === mail.template);
  if (name === undefined) throw new Error(`There is no template ${mail.template}.`);
  return renderMail(name, await payloads.open(mail, mail.payloadCipher), sender);
}
