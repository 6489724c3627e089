import { TEMPLATES, type TemplateName } from "./catalogue.ts";
import { asHtml, asText, type Foot } from "./layout.ts";
import type { Sender } from "./template.ts";

/** Signet's own, where no vendor has chosen a colour. */
export const SIGNET_ACCENT = "#0e6e80";

export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** A mail as it is read: one definition gives its subject, its HTML and its plain text. Throws for the payload of another. */
export function renderMail(
  name: TemplateName,
  payload: unknown,
  sender: Sender,
  foot: Foot = {},
): RenderedMail {
  const content = TEMPLATES[name].content(payload, sender);
  const subject = content.subject.replaceAll(/\s+/g, " ");
  return { subject, html: asHtml(content, sender, foot), text: asText(content, sender, foot) };
}
