import { z } from "zod";
import { databaseAppUrl, decodeMasterKey } from "./master-key.ts";
import { gatherOidc, OIDC_VARIABLES } from "./oidc-env.ts";
import { parseRedisUrl } from "./redis-url.ts";

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

/** A variable with what the operator's manual says of it; `byDefault` where the default is not one value. */
function about<Field extends z.ZodType>(field: Field, description: string, byDefault?: string): Field {
  return field.meta({ description, byDefault });
}

const variables = z.object({
  NODE_ENV: about(
    z
      .enum(["development", "test", "production"], "be development, test or production")
      .default("development"),
    "`production` for all that serves others: JSON logs, and the portal as it was built",
  ),
  LOG_LEVEL: about(
    z
      .enum(
        ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
        "be trace, debug, info, warn, error, fatal or silent",
      )
      .default("info"),
    "the least serious line that is logged: `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent`",
  ),
  LOG_FORMAT: about(
    z.enum(["json", "text"], "be json or text").optional(),
    "`json`, one object a line, or `text` for a person",
    "`json` in production, else `text`",
  ),
  DATABASE_URL: about(
    postgresUrl.optional(),
    "PostgreSQL 15 or newer as the owner of the database: only to migrate, back up, restore and rotate. Keep it from the processes where you can",
    "the embedded one",
  ),
  DATABASE_APP_URL: about(
    postgresUrl.optional(),
    "what the processes connect with: the role `signet_app`, which owns no table and is bound by row-level security. Where it is set, its password is yours to set",
    "derived from `DATABASE_URL` and the master key",
  ),
  DATABASE_POOL_SIZE: about(
    count.max(500, "be at most 500").default(10),
    "connections a process may hold in each of its two pools, hot paths and control plane; a worker holds some 60 more for its queues while these are in PostgreSQL",
  ),
  REDIS_URL: about(
    z
      .string()
      .refine(
        (text) => parseRedisUrl(text) !== undefined,
        "be a URL such as redis://host:6379, or redis+cluster://host:6379,other-host:6379",
      )
      .optional(),
    "Redis (`maxmemory-policy noeviction`) for background jobs and shared rate limits, such as `redis://host:6379`; of a Redis Cluster some nodes, `redis+cluster://host:6379,other-host:6379`; over TLS `rediss` instead of `redis`. Without it jobs go through PostgreSQL, and each process counts rates for itself",
  ),
  SIGNET_MASTER_KEY: about(
    masterKey,
    "32 random bytes in base64 (`openssl rand -base64 32`); every stored secret is encrypted under it. **Lose it and they are lost**",
    "made once, in `.signet/secrets.json`",
  ),
  SIGNET_MASTER_KEY_PREVIOUS: about(
    masterKey.optional(),
    "the key before it, while it is being replaced: what is still sealed under that is opened too",
  ),
  NEXTAUTH_SECRET: about(
    z
      .string({ error: "be set to a long random text: openssl rand -base64 32" })
      .min(32, "be at least 32 characters long: openssl rand -base64 32"),
    "signs the portal's sessions; the same for every portal. Another one signs everybody out",
    "made once, in `.signet/secrets.json`",
  ),
  NEXTAUTH_URL: about(
    httpUrl.optional(),
    "the portal's public address; a LicenseServer sends those there who follow a refusal's `type`",
    "`http://localhost:PORT`",
  ),
  PORT: about(port.default(3000), "where the portal listens"),
  LICENSE_SERVER_PORT: about(port.default(3001), "where the LicenseServer listens"),
  LICENSE_SERVER_URL: about(
    httpUrl.optional(),
    "the LicenseServer's public address, as the portal tells it to developers",
    "`http://localhost:LICENSE_SERVER_PORT`",
  ),
  LICENSE_SERVER_PROCESSES: about(
    count.max(256, "be at most 256").default(1),
    "processes that one LicenseServer runs on this machine; one a core",
  ),
  RATE_LIMIT_TENANT_PER_MINUTE: about(
    limit.default(0),
    "runtime requests a minute of one vendor's account, heartbeats, releases and the ends of tickets not counted; 0 is no limit",
  ),
  RATE_LIMIT_CLIENT_PER_MINUTE: about(
    limit.default(6_000),
    "runtime requests a minute of one device, or of one network where no device is known; heartbeats, releases, settles and voids count apart, to as many; 0 is no limit",
  ),
  RATE_LIMIT_BACKEND_PER_MINUTE: about(
    limit.default(60_000),
    "runtime requests a minute of one credential of a backend; 0 is no limit",
  ),
  EVENT_LOOP_DELAY_MAX_MS: about(
    limit.default(500),
    "how late a process may be, in milliseconds, before it tells new requests to come back; heartbeats, releases and the ends of tickets still get through; 0 is no limit",
  ),
  WORKER_METRICS_PORT: about(port.optional(), "where a worker serves `/metrics` and `/healthz`", "nowhere"),
  PORTAL_METRICS_PORT: about(port.optional(), "where a portal serves `/metrics` and `/healthz`", "nowhere"),
  EVENT_RETENTION_DAYS: about(
    count.min(31, "be at least 31").default(400),
    "days that decisions and ended leases are kept, at least 31; figures, ledger and audit log stay",
  ),
  WEBHOOK_RETENTION_DAYS: about(
    count.min(7, "be at least 7").default(30),
    "days that events, what was delivered of them, and which mails were sent is kept, at least 7",
  ),
  WEBHOOK_PRIVATE_NETWORK: about(
    z.stringbool("be true or false").default(false),
    "`true` sends webhooks also to private addresses and over plain HTTP: only where nobody else is on the network and every developer is trusted with it",
  ),
  SMTP_URL: about(
    z.url({ protocol: /^smtps?$/, error: "be a URL such as smtp://user:password@host:587" }).optional(),
    "the mail server, such as `smtp://user:password@host:587` or `smtps://…:465`",
    "mails are not sent",
  ),
  MAIL_FROM: about(
    z
      .string()
      .regex(
        /^([^<>\r\n]* <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
        "be an address, such as licenses@acme.example or Acme <licenses@acme.example>",
      )
      .optional(),
    "who mails are from: `licenses@acme.example` or `Acme <licenses@acme.example>`; needed with `SMTP_URL`",
  ),
  SIGN_UP: about(
    z.enum(["open", "closed"], "be open or closed").optional(),
    "`open` lets anybody start a trial account of their own, with a link sent to their address; `closed` does not",
    "`open` without `SMTP_URL`, else `closed`",
  ),
  ...OIDC_VARIABLES,
});

const complete = variables.transform(({ DATABASE_URL, ...env }, context) => {
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

const schema = complete.transform(gatherOidc);

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

/** Every variable there is, for the operator's manual. */
export function describeEnv(): { name: string; description: string; byDefault: string }[] {
  return Object.entries(variables.shape).map(([name, field]) => {
    const { description = "", byDefault } = field.meta() ?? {};
    const value = field instanceof z.ZodDefault ? `\`${field.def.defaultValue}\`` : "–";
    return { name, description, byDefault: typeof byDefault === "string" ? byDefault : value };
  });
}
