import { createTransport } from "nodemailer";

export interface Message {
  readonly id: string;
  readonly fromName: string;
  readonly to: string;
  readonly replyTo: string | undefined;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type SendOutcome =
  | { readonly result: "sent" }
  /** The mail server does not take this mail, and never will. */
  | { readonly result: "refused"; readonly error: string }
  /** It may take it later. `unreachable`: nor any other mail now. */
  | { readonly result: "failed"; readonly error: string; readonly unreachable: boolean };

export interface SmtpSender {
  /** Hands one mail over, and says what came of it; it never throws. */
  send(message: Message): Promise<SendOutcome>;
  close(): void;
}

const CONNECTIONS = 2;
const SOCKET_TIMEOUT_MS = 10_000;
const ERROR_LENGTH_MAX = 300;

/** Of nodemailer: the fault lies with the server or the way there, not with the mail. */
const SERVER_TROUBLE = ["ECONNECTION", "ETIMEDOUT", "EDNS", "ESOCKET", "EAUTH", "ETLS", "EPROTOCOL"];

/** An address, or a name and an address in angle brackets, as MAIL_FROM has it. */
export function parseFrom(from: string): { readonly name: string | undefined; readonly address: string } {
  const [, name, address] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(from) ?? [undefined, undefined, from.trim()];
  return { name: name || undefined, address: address ?? from };
}

/** Hands mails to the server that `url` names. What `url` says in its query are nodemailer's options. */
export function createSmtpSender({ url, from }: { url: string; from: string }): SmtpSender {
  const { address } = parseFrom(from);
  const transport = createTransport(withDefaults(url));
  return {
    async send({ id, fromName, to, replyTo, subject, html, text, headers }) {
      try {
        await transport.sendMail({
          messageId: `<${id}@${address.split("@").at(-1)}>`,
          from: { name: fromName, address },
          to: { name: "", address: to },
          ...(replyTo === undefined ? {} : { replyTo: { name: "", address: replyTo } }),
          subject,
          html,
          text,
          headers: { "Auto-Submitted": "auto-generated", ...headers },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { result: "sent" };
      } catch (error) {
        return outcomeOf(error);
      }
    },
    close: () => transport.close(),
  };
}

function withDefaults(url: string): string {
  const parsed = new URL(url);
  const defaults = {
    pool: "true",
    maxConnections: String(CONNECTIONS),
    connectionTimeout: String(SOCKET_TIMEOUT_MS),
    greetingTimeout: String(SOCKET_TIMEOUT_MS),
    socketTimeout: String(SOCKET_TIMEOUT_MS),
  };
  for (const [name, value] of Object.entries(defaults))
    if (!parsed.searchParams.has(name)) parsed.searchParams.set(name, value);
  return parsed.toString();
}

function outcomeOf(thrown: unknown): SendOutcome {
  const error = (thrown instanceof Error ? thrown.message : String(thrown)).slice(0, ERROR_LENGTH_MAX);
  const fact = (name: string): unknown => Reflect.get(Object(thrown), name);
  const [code, command, responseCode] = [fact("code"), fact("command"), fact("responseCode")];
  if (typeof code === "string" && SERVER_TROUBLE.includes(code))
    return { result: "failed", error, unreachable: true };
  // Who sends is the operator's to put right; whom it is for, and what it says, is not.
  const isAboutTheMail = command === "RCPT TO" || command === "DATA";
  if (isAboutTheMail && typeof responseCode === "number" && responseCode >= 500)
    return { result: "refused", error };
  return { result: "failed", error, unreachable: false };
}
