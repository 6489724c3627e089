import { INSTALLATION } from "#server/domain/installation.ts";
import type { Database } from "#server/platform/database.ts";
import { TEMPLATE_NAMES, TEMPLATES, type TemplateName } from "./catalogue.ts";
import { type RenderedMail, renderMail } from "./render.ts";
import { readSender } from "./senders.ts";
import { accountTemplates } from "./templates/account.ts";

export interface MailPreview extends RenderedMail {
  readonly name: TemplateName;
  /** When it is sent, in a sentence. */
  readonly when: string;
  readonly from: string;
}

/** Every mail as a vendor's people would get it, with an example in it. */
export function createMailPreviews(deps: { database: Database; portalUrl: string }) {
  return {
    async list({ tenantId }: { readonly tenantId: string }): Promise<MailPreview[]> {
      const [vendor, installation] = await Promise.all([
        readSender(deps, tenantId),
        readSender(deps, INSTALLATION),
      ]);
      return TEMPLATE_NAMES.map((name) => {
        const { when, example, notice } = TEMPLATES[name];
        const sender = name in accountTemplates ? installation : vendor;
        const foot = notice === undefined ? {} : { unsubscribeUrl: `${sender.portalUrl}/unsubscribe/…` };
        return { name, when, from: sender.name, ...renderMail(name, example, sender, foot) };
      });
    },
  };
}
