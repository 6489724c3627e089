import { pino } from "pino";
import { writeArmour } from "#sdk/offline-armour.ts";
import { ofApiKey } from "#server/domain/credential.ts";
import type { Decision, Denied } from "#server/domain/decision.ts";
import { SignetError } from "#server/domain/errors.ts";
import { SCOPES } from "#server/domain/scopes.ts";
import { newUuid } from "#server/platform/ids.ts";
import { TestClock } from "#server/testing/test-clock.ts";
import type {
  ActivationGrant,
  LeaseGrant,
  LicenseServerServices,
  TicketEnd,
  TicketGrant,
} from "../services.ts";
import type { OfflineAnswer, OfflineCodeAnswer, OfflineJournalAnswer } from "../services-offline.ts";

export const TENANT = { id: "01a20bb6-54b5-778e-8ae8-61cdc47a045d", slug: "acme" };
/** The activation that the API's document takes for its example. */
export const ACTIVATION_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
export const LICENSE_ID = "01a20bb6-54b5-778e-8ae8-61cdc47a0003";
/** A bearer that the services below take for this activation's token. */
export const TOKEN = "header.payload.signature";
/** The same, of a device that must prove its key with each request; no proof is taken. */
export const PROVEN_TOKEN = "header.proven.signature";
/** A bearer that they take for a backend's API key. */
export const API_KEY = "sk_a-backend";
const CREDENTIAL = ofApiKey("apiKey", ACTIVATION_ID);
export const BUNDLE = `eyJhbGciOiJFZERTQSJ9.eyJzZXEiOjQyfQ.${"s".repeat(86)}`;

/** What the services were last asked, and how they answer next. */
export interface Script {
  next: ActivationGrant | { readonly replayed: true } | Denied | Error | undefined;
  /** What every look-up of a tenant fails with. */
  fault: Error | undefined;
  databaseAnswers: boolean;
  readonly asked: unknown[];
  readonly logged: string[];
}

/** The value, or the refusal as an error: for services that answer files. */
async function orThrow<Value>(deciding: Promise<Decision<Value>>): Promise<Value> {
  const decision = await deciding;
  if (decision.outcome === "denied") throw new SignetError(decision.code);
  return decision.value;
}

/** Services that decide what they are told to: for what the transport promises by itself. */
export function plainServices(): LicenseServerServices & { readonly script: Script } {
  const script: Script = { next: undefined, fault: undefined, databaseAnswers: true, asked: [], logged: [] };
  const grant: ActivationGrant = {
    activationId: ACTIVATION_ID,
    licenseId: newUuid(),
    created: true,
    expiresAt: new Date("2030-02-01T00:00:00.000Z"),
    token: "a.b.c",
    certificate: "d.e.f",
    trustSeq: 7,
  };

  const lease: LeaseGrant = {
    leaseId: newUuid(),
    slot: 3,
    fence: 17,
    overage: false,
    borrowed: false,
    resumed: false,
    expiresAt: new Date("2030-02-01T00:05:00.000Z"),
    heartbeatDueAt: new Date("2030-02-01T00:01:00.000Z"),
    token: "a.b.c",
    trustSeq: 7,
  };

  const ticket: TicketGrant = {
    ticketId: "job-42",
    meter: "render-minutes",
    amount: 40,
    issuedAt: new Date("2030-02-01T00:00:00.000Z"),
    expiresAt: new Date("2030-02-01T01:00:00.000Z"),
    balance: 60,
    replayed: false,
    token: "a.b.c",
    trustSeq: 7,
  };
  const ended: TicketEnd = {
    ticketId: "job-42",
    status: "settled",
    meter: "render-minutes",
    amount: 40,
    used: 25,
    endedAt: new Date("2030-02-01T00:30:00.000Z"),
    balance: 75,
    replayed: false,
    receipt: "g.h.i",
    trustSeq: 7,
  };

  const answer: OfflineAnswer = {
    activationId: ACTIVATION_ID,
    licenseId: LICENSE_ID,
    expiresAt: new Date("2030-02-01T00:00:00.000Z"),
    tickets: [{ id: "job-42", outcome: "issued" }],
    response: writeArmour("response", "a.b.c"),
    replayed: false,
  };

  const byCode: OfflineCodeAnswer = {
    activationId: ACTIVATION_ID,
    licenseId: LICENSE_ID,
    expiresAt: new Date("2030-02-01T00:00:00.000Z"),
    code: "2A7GK 00000",
    replayed: false,
  };

  const journaled: OfflineJournalAnswer = {
    activationId: ACTIVATION_ID,
    last: 3,
    head: "pmWkWSBCL51Bfkhn79xPuKBKHz__H6B-mY6G9_eieuM",
    tickets: [
      { ticket: "job-42", meter: "render-minutes", journaled: 25, charged: 25, late: 0, status: "settled" },
    ],
    replayed: false,
    receipt: "g.h.i",
    trustSeq: 7,
  };

  async function decide<Value>(input: unknown, value: Value) {
    script.asked.push(input);
    const { next } = script;
    if (next instanceof Error) throw next;
    if (next !== undefined && "outcome" in next) return next;
    return { outcome: "granted" as const, value: next === undefined ? value : { ...value, ...next } };
  }

  return {
    script,
    clock: new TestClock(),
    log: pino({ level: "warn" }, { write: (line: string) => void script.logged.push(line) }),
    database: {
      ping: () =>
        script.databaseAnswers ? Promise.resolve() : Promise.reject(new Error("ECONNREFUSED 10.0.0.7")),
    },
    tenants: {
      async resolve(name) {
        if (script.fault !== undefined) throw script.fault;
        return name === TENANT.slug ? TENANT : undefined;
      },
    },
    activations: {
      activate: (_tenantId, input) => decide(input, grant),
      refresh: (_tenantId, input) => decide(input, { ...grant, created: false }),
      deactivate: (_tenantId, input) => decide(input, { activationId: input.activationId }),
    },
    leases: {
      checkout: (_tenantId, input) => decide(input, lease),
      heartbeat: (_tenantId, input) => decide(input, { ...lease, resumed: true }),
      release: (_tenantId, input) => decide(input, { leaseId: input.leaseId }),
    },
    usage: {
      issue: (_tenantId, input) => decide(input, { ...ticket, ticketId: input.id }),
      settle: (_tenantId, input) => decide(input, { ...ended, ticketId: input.ticketId, used: input.used }),
      void: (_tenantId, input) =>
        decide(input, { ...ended, ticketId: input.ticketId, status: "voided", used: 0 }),
      record: (_tenantId, input) =>
        decide(input, {
          events: input.events.map(({ id }, index) => ({
            id,
            outcome: "accepted",
            entry: index + 1,
            balance: 9,
          })),
          replayed: false,
          trustSeq: 7,
          receipt: async () => "g.h.i",
        }),
      balances: (_tenantId, input) =>
        decide(input, {
          balances: [
            {
              meter: "render-minutes",
              unit: "minutes",
              granted: 100,
              reserved: 40,
              spent: 0,
              available: 60,
              overdraft: 0,
            },
          ],
          trustSeq: 7,
        }),
    },
    offline: {
      activate: async (_tenantId, upload) => ({
        decision: await decide(upload, { ...answer }),
        about: { product: "renderer", nonce: "0123456789abcdef" },
      }),
      activateByCode: async (_tenantId, upload) => ({
        decision: await decide(upload, { ...byCode }),
        about: { product: "renderer", nonce: "0123456789abcdef" },
      }),
      deactivate: (_tenantId, upload) => orThrow(decide(upload, { activationId: ACTIVATION_ID })),
      recordJournal: (_tenantId, upload) => orThrow(decide(upload, { ...journaled })),
      snapshot: async () => writeArmour("snapshot", BUNDLE),
    },
    authorityFiles: {
      export: async () => orThrow(decide("export", { text: "signet: 1\n" })).then(({ text }) => text),
      plan: (_tenantId, document) => orThrow(decide(document, { state: "s", steps: [], missing: [] })),
      apply: (_tenantId, request) => orThrow(decide(request, { state: "s", steps: [], missing: [] })),
    },
    idempotency: {
      once: async (_tenantId, request, work) => {
        script.asked.push(request);
        return { answer: await work(), replayed: false };
      },
    },
    callers: {
      verifyBearer: async (_tenantId, text) =>
        text === API_KEY ? { credential: CREDENTIAL, scopes: SCOPES } : undefined,
      verifyDeviceProof: async () => false,
      verifySignature: async () => undefined,
      verifyApiKey: async (_tenantId, text) =>
        text === API_KEY
          ? { credential: CREDENTIAL, scopes: SCOPES, apiKeyId: ACTIVATION_ID, expiresAt: null }
          : undefined,
      issueAccessToken: (_tenantId, key, { scopes = key.scopes }) =>
        orThrow(decide(scopes, { token: "a.b.c", scopes, expiresAt: new Date("2030-02-01T00:15:00.000Z") })),
    },
    trust: {
      currentBundle: async () => ({ jws: BUNDLE, seq: 42 }),
      jwks: async () => ({
        keys: [
          {
            kty: "OKP",
            crv: "Ed25519",
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            alg: "EdDSA",
            use: "sig",
          },
        ],
      }),
      signDenial: async (_tenantId, denial) => `signed:${JSON.stringify(denial)}`,
      async verifyActivationToken(_tenantId, jws) {
        const token = {
          activationId: ACTIVATION_ID,
          licenseId: LICENSE_ID,
          product: "renderer",
          trustSeq: 7,
        };
        if (jws === PROVEN_TOKEN)
          return { ...token, provenKey: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" };
        return jws === TOKEN ? token : undefined;
      },
    },
  };
}
