import { z } from "zod";
import { databaseAppUrl, decodeMasterKey } from "./master-key.ts";

const port = z.coerce
  .number("be a port number")
  .int("be a whole number")
  .min(1, "be at least 1")
  .max(65_535, "be at most 65535");
const count = z.coerce.number("be a number").int("be a whole number").min(1, "be at least 1");
const limit = z.coerce.number("be a number").int("be a whole number").min(0, "be 0 (no limit) or more");
const masterKey = z
  .string({ error: "be set to 32 random bytes in base64: openssl rand -base64 32" })
  .refine((text) => decodeMasterKey(text) !== undefined, "be 32 bytes in base64: openssl rand -base64 32");
const httpUrl = z.url({ protocol: /^https?$/, error: "be a URL that begins with http:// or https://" });
const postgresUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: "be a URL such as postgresql://user:password@host:5432/signet",
});

const schema = z
  .object({
    NODE_ENV: z
      .enum(["development", "test", "production"], "be development, test or production")
      .default("development"),
    LOG_LEVEL: z
      .enum(
        ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
        "be trace, debug, info, warn, error, fatal or silent",
      )
      .default("info"),
    LOG_FORMAT: z.enum(["json", "text"], "be json or text").optional(),
    /** The owner's connection: only the migrator connects with it. */
    DATABASE_URL: postgresUrl.optional(),
    /** What the processes connect with: the role `signet_app`, which owns no table. */
    DATABASE_APP_URL: postgresUrl.optional(),
    /** Connections a process may hold in each of its two pools, hot paths and control plane. */
    DATABASE_POOL_SIZE: count.max(500, "be at most 500").default(10),
    REDIS_URL: z.url({ protocol: /^rediss?$/, error: "be a URL such as redis://host:6379" }).optional(),
    SIGNET_MASTER_KEY: masterKey,
    /** The one before it, while it is being replaced: what is still sealed under that is opened too. */
    SIGNET_MASTER_KEY_PREVIOUS: masterKey.optional(),
    NEXTAUTH_SECRET: z
      .string({ error: "be set to a long random text: openssl rand -base64 32" })
      .min(32, "be at least 32 characters long: openssl rand -base64 32"),
    NEXTAUTH_URL: httpUrl.optional(),
    PORT: port.default(3000),
    LICENSE_SERVER_PORT: port.default(3001),
    LICENSE_SERVER_URL: httpUrl.optional(),
    LICENSE_SERVER_PROCESSES: count.max(256, "be at most 256").default(1),
    /** Runtime requests a minute of one tenant, and of one device, backend credential or network; 0 is no limit. */
    RATE_LIMIT_TENANT_PER_MINUTE: limit.default(0),
    RATE_LIMIT_CLIENT_PER_MINUTE: limit.default(6_000),
    RATE_LIMIT_BACKEND_PER_MINUTE: limit.default(60_000),
    /** Milliseconds that turns of the event loop may be late before new work is refused; 0 is no limit. */
    EVENT_LOOP_DELAY_MAX_MS: limit.default(500),
    /** Where the worker serves its metrics; nowhere when not set. */
    WORKER_METRICS_PORT: port.optional(),
    /** Days that decisions and ended leases are kept. */
    EVENT_RETENTION_DAYS: count.min(31, "be at least 31").default(400),
    /** Days that events, their deliveries and attempts are kept. */
    WEBHOOK_RETENTION_DAYS: count.min(7, "be at least 7").default(30),
    /** Whether webhooks go to private addresses too, and over plain HTTP: on a network of one's own only. */
    WEBHOOK_PRIVATE_NETWORK: z.stringbool("be true or false").default(false),
    /** Where mails are handed over; without it they stay in the local outbox. */
    SMTP_URL: z
      .url({ protocol: /^smtps?$/, error: "be a URL such as smtp://user:password@host:587" })
      .optional(),
    /** Who mails are from. */
    MAIL_FROM: z
      .string()
      .regex(
        /^([^<>\r\n]* <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
        "be an address, such as licenses@acme.example or Acme <licenses@acme.example>",
      )
      .optional(),
    /** Whether strangers may start a trial tenant of their own. */
    SIGN_UP: z.enum(["open", "closed"], "be open or closed").optional(),
  })
  .transform(({ DATABASE_URL, ...env }, context) => {
    // The role's password follows the key when the change is over: until then running processes still use the previous one's.
    const passwordKey = env.SIGNET_MASTER_KEY_PREVIOUS ?? env.SIGNET_MASTER_KEY;
    const appUrl = env.DATABASE_APP_URL ?? (DATABASE_URL && databaseAppUrl(DATABASE_URL, passwordKey));
    if (appUrl === undefined) {
      const message =
        "be set to the URL the processes connect with, such as postgresql://signet_app:password@host:5432/signet";
      context.addIssue({ code: "custom", path: ["DATABASE_APP_URL"], message });
      return z.NEVER;
    }
    if (env.SMTP_URL !== undefined && env.MAIL_FROM === undefined) {
      const message = "be set where SMTP_URL is: the address that mails are from";
      context.addIssue({ code: "custom", path: ["MAIL_FROM"], message });
      return z.NEVER;
    }
    return {
      ...env,
      DATABASE_APP_URL: appUrl,
      LOG_FORMAT: env.LOG_FORMAT ?? (env.NODE_ENV === "production" ? "json" : "text"),
      // Without a mail server only whoever runs this reads the links; with one the world might.
      SIGN_UP: env.SIGN_UP ?? (env.SMTP_URL === undefined ? "open" : "closed"),
      NEXTAUTH_URL: env.NEXTAUTH_URL ?? `http://localhost:${env.PORT}`,
      LICENSE_SERVER_URL: env.LICENSE_SERVER_URL ?? `http://localhost:${env.LICENSE_SERVER_PORT}`,
    };
  });

/** The configuration of a process, complete: what is optional and unset has its default here. */
export type Env = z.output<typeof schema>;

/**
 * Reads the environment, once, at an entry point. An empty variable counts as unset. Throws an Error whose message is
 * one sentence naming the variable and what to set it to.
 */
export function loadEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(`The environment variable ${issue?.path.join(".")} must ${issue?.message}.`);
}

/** `loadEnv` for an entry point: says the sentence on standard error and exits with 1, without a stack trace. */
export function loadEnvOrExit(): Env {
  try {
    return loadEnv();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
