import { describe, expect, test } from "vitest";
import { describeEnv, loadEnv } from "./env.ts";

const MASTER_KEY = Buffer.alloc(32, 7).toString("base64");
const OTHER_KEY = Buffer.alloc(32, 8).toString("base64");
const good = {
  DATABASE_APP_URL: "postgresql://signet_app:secret@db:5432/signet",
  SIGNET_MASTER_KEY: MASTER_KEY,
  NEXTAUTH_SECRET: "s".repeat(32),
};

describe("loadEnv", () => {
  test("fills in what is not set, treating an empty variable as unset", () => {
    expect(loadEnv({ ...good, PORT: "8080", REDIS_URL: "", UNRELATED: "x" })).toEqual({
      ...good,
      NODE_ENV: "development",
      LOG_LEVEL: "info",
      LOG_FORMAT: "text",
      DATABASE_POOL_SIZE: 10,
      EVENT_RETENTION_DAYS: 400,
      RATE_LIMIT_TENANT_PER_MINUTE: 0,
      RATE_LIMIT_CLIENT_PER_MINUTE: 6_000,
      RATE_LIMIT_BACKEND_PER_MINUTE: 60_000,
      EVENT_LOOP_DELAY_MAX_MS: 500,
      WEBHOOK_RETENTION_DAYS: 30,
      WEBHOOK_PRIVATE_NETWORK: false,
      SIGN_UP: "open",
      PORT: 8080,
      LICENSE_SERVER_PORT: 3001,
      LICENSE_SERVER_PROCESSES: 1,
      NEXTAUTH_URL: "http://localhost:8080",
      LICENSE_SERVER_URL: "http://localhost:3001",
    });
  });

  test("a mail server needs an address that mails are from", () => {
    const SMTP_URL = "smtp://mail.example";
    expect(() => loadEnv({ ...good, SMTP_URL })).toThrow("MAIL_FROM must be set where SMTP_URL is");
    const MAIL_FROM = "Acme <licenses@acme.example>";
    expect(loadEnv({ ...good, SMTP_URL, MAIL_FROM })).toMatchObject({
      SMTP_URL,
      MAIL_FROM,
      SIGN_UP: "closed",
    });
  });

  test("logs are JSON in production", () => {
    expect(loadEnv({ ...good, NODE_ENV: "production" }).LOG_FORMAT).toBe("json");
  });

  test("derives the processes' connection from the owner's, and never hands out the owner's", () => {
    const owner = {
      DATABASE_URL: "postgresql://owner:root@db:6543/signet?sslmode=require",
      DATABASE_APP_URL: undefined,
    };
    const env = loadEnv({ ...good, ...owner });
    expect(env.DATABASE_APP_URL).toMatch(
      /^postgresql:\/\/signet_app:[\w-]{43}@db:6543\/signet\?sslmode=require$/,
    );
    expect(JSON.stringify(env)).not.toContain("root");
    const changing = { SIGNET_MASTER_KEY: OTHER_KEY, SIGNET_MASTER_KEY_PREVIOUS: MASTER_KEY };
    // The role's password is changed last, when every process knows the new key.
    expect(loadEnv({ ...good, ...owner, ...changing }).DATABASE_APP_URL).toBe(env.DATABASE_APP_URL);
    const changed = loadEnv({ ...good, ...owner, SIGNET_MASTER_KEY: OTHER_KEY });
    expect(changed.DATABASE_APP_URL).not.toBe(env.DATABASE_APP_URL);
  });

  const oidc = {
    OIDC_ISSUER: "https://login.example.com/realms/acme",
    OIDC_CLIENT_ID: "signet",
    OIDC_CLIENT_SECRET: "hidden",
    OIDC_NAME: "Acme",
  };

  test("an identity provider to sign in with is named whole; on this machine it may do without TLS", () => {
    expect(loadEnv({ ...good, ...oidc }).OIDC).toEqual({
      issuer: "https://login.example.com/realms/acme",
      clientId: "signet",
      clientSecret: "hidden",
      name: "Acme",
    });
    expect(loadEnv({ ...good, ...oidc, OIDC_ISSUER: "http://localhost:8080" }).OIDC?.issuer).toBe(
      "http://localhost:8080",
    );
    expect(loadEnv(good).OIDC).toBeUndefined();
  });

  test.each(Object.keys(oidc))("an identity provider without %s is refused, and it is named", (name) => {
    expect(() => loadEnv({ ...good, ...oidc, [name]: "" })).toThrow(
      `The environment variable ${name} must be set too`,
    );
  });

  test.each([
    ["DATABASE_APP_URL", undefined],
    ["DATABASE_APP_URL", "mysql://db/signet"],
    ["SIGNET_MASTER_KEY", undefined],
    ["SIGNET_MASTER_KEY", Buffer.alloc(31).toString("base64")],
    ["SIGNET_MASTER_KEY_PREVIOUS", "short"],
    ["NEXTAUTH_SECRET", "short"],
    ["NEXTAUTH_URL", "portal.example"],
    ["PORT", "70000"],
    ["LICENSE_SERVER_PORT", "http"],
    ["LICENSE_SERVER_PROCESSES", "0"],
    ["RATE_LIMIT_TENANT_PER_MINUTE", "-1"],
    ["RATE_LIMIT_CLIENT_PER_MINUTE", "many"],
    ["REDIS_URL", "localhost:6379"],
    ["REDIS_URL", "redis+cluster://one:6379,:6380"],
    ["LOG_LEVEL", "loud"],
    ["SMTP_URL", "mail"],
    ["MAIL_FROM", "nobody"],
    ["SIGN_UP", "perhaps"],
    ["OIDC_ISSUER", "login.example.com"],
    ["OIDC_ISSUER", "http://login.example.com"],
  ])("%s = %s is refused in one sentence that names it and says what to set", (name, value) => {
    expect(() => loadEnv({ ...good, [name]: value })).toThrow(
      new RegExp(`^The environment variable ${name} must [^\\n]+\\.$`),
    );
  });
});

test("every variable is described for the operator's manual", () => {
  for (const { name, description } of describeEnv()) expect(description, name).toMatch(/^\S.{9,}$/);
});
