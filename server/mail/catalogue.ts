import type { Template } from "./template.ts";
import { accountTemplates } from "./templates/account.ts";
import { customerSignUpTemplates } from "./templates/customer-sign-up.ts";
import { invitationTemplates } from "./templates/invitations.ts";
import { noticeTemplates } from "./templates/notices.ts";
import { staffTemplates } from "./templates/staff-digest.ts";

const catalogue = {
  ...accountTemplates,
  ...customerSignUpTemplates,
  ...invitationTemplates,
  ...noticeTemplates,
  ...staffTemplates,
};

type Payloads = {
  [Name in keyof typeof catalogue]: (typeof catalogue)[Name] extends Template<infer Payload>
    ? Payload
    : never;
};

export type TemplateName = keyof typeof catalogue;
export type MailPayload<Name extends TemplateName> = Payloads[Name];

/** Every mail there is, by name. */
export const TEMPLATES: { readonly [Name in TemplateName]: Template<Payloads[Name]> } = catalogue;

export const TEMPLATE_NAMES = Object.keys(catalogue).filter(
  (name): name is TemplateName => name in catalogue,
);
