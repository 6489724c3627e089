import type { z } from "zod";
import type { MailKind } from "#server/domain/mail-kinds.ts";

/** A piece of a mail, from which both its HTML and its plain text are made. */
export type Block =
  | { readonly kind: "text"; readonly text: string }
  /** What the pieces up to the next one are about. */
  | { readonly kind: "heading"; readonly text: string }
  /** The one thing the mail asks for. */
  | { readonly kind: "button"; readonly label: string; readonly url: string }
  | { readonly kind: "facts"; readonly facts: readonly (readonly [name: string, value: string])[] }
  /** What is only for those who wonder. */
  | { readonly kind: "note"; readonly text: string };

export interface Content {
  readonly subject: string;
  readonly headline: string;
  /** What a list of mails shows behind the subject. */
  readonly preview: string;
  readonly blocks: readonly Block[];
  /** Why this came to whom it came to. */
  readonly reason: string;
}

/** Who a mail is from, as its reader knows them. */
export interface Sender {
  readonly name: string;
  /** `#rrggbb`. */
  readonly accent: string;
  /** Where its reader may write to; null: nowhere is named. */
  readonly supportEmail: string | null;
  /** The portal's public address, without a slash at its end. */
  readonly portalUrl: string;
}

export interface Template<Payload> {
  /** When it is sent, in a sentence. */
  readonly when: string;
  readonly payload: z.ZodType<Payload>;
  readonly example: Payload;
  /** Minutes after which it would tell nobody anything. */
  readonly goodForMinutes: number;
  /** Where it is news that people may choose not to get: which. */
  readonly notice?: MailKind;
  /** What it says. Throws when the payload is not the template's. */
  content(payload: unknown, sender: Sender): Content;
}

export function template<Payload>({
  content,
  ...about
}: Omit<Template<Payload>, "content"> & {
  readonly content: (payload: NoInfer<Payload>, sender: Sender) => Content;
}): Template<Payload> {
  return { ...about, content: (payload, sender) => content(about.payload.parse(payload), sender) };
}

export const text = (words: string): Block => ({ kind: "text", text: words });
export const heading = (words: string): Block => ({ kind: "heading", text: words });
export const note = (words: string): Block => ({ kind: "note", text: words });
export const button = (label: string, url: string): Block => ({ kind: "button", label, url });
export const facts = (...rows: readonly (readonly [name: string, value: string])[]): Block => ({
  kind: "facts",
  facts: rows,
});
