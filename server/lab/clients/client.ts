/**
 * An application of the scenario lab, as a process of its own with the real SDK. It does what its parent orders by IPC, one thing after
 * the other, and is gone as soon as the parent is.
 */
import { isSignetError, memoryStorage, Signet } from "#sdk/node.ts";
import type { ClientIdentity, Command, Exchange, Order, Report } from "../protocol.ts";

const SEAT_TRIES_MS = 1_000;

process.on("disconnect", () => process.exit());
process.on("message", (order: Order) => {
  if (order.kind === "begin") app = start(order.identity);
  else void obey(order.number, order.command);
});

let app: App | undefined;

interface App {
  readonly signet: Signet;
  readonly identity: ClientIdentity;
  readonly storage: ReturnType<typeof memoryStorage>;
  readonly network: { isDown: boolean };
  readonly watchedFetch: typeof fetch;
  /** What went over the wire since the last order. */
  exchanges: Exchange[];
}

function start(identity: ClientIdentity): App {
  const storage = memoryStorage();
  const network = { isDown: identity.isOffline };
  const { server, tenant, rootKey, product, device } = identity;
  const started: App = {
    identity,
    storage,
    network,
    watchedFetch,
    exchanges: [],
    signet: new Signet({
      server,
      tenant,
      rootKey,
      product,
      storage,
      fetch: watchedFetch,
      retriesMax: 1,
      device: { name: device, platform: "Scenario lab" },
      fingerprint: async () => ({
        machine: Buffer.from(`scenario lab ${device}`.padEnd(32, "-")).toString("base64url"),
      }),
    }),
  };
  return started;

  async function watchedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    if (network.isDown) throw new TypeError("This machine has no network.");
    const exchange = { method: init?.method ?? "GET", path: new URL(String(input)).pathname };
    try {
      const response = await fetch(input, init);
      const correlationId = response.headers.get("x-correlation-id");
      started.exchanges.push({ ...exchange, status: response.status, correlationId });
      return response;
    } catch (error) {
      started.exchanges.push({ ...exchange, status: null, correlationId: null });
      throw error;
    }
  }
}

async function obey(number: number, command: Command): Promise<void> {
  if (app === undefined) throw new Error("An order came before the client was told who it is.");
  const own = app;
  own.exchanges = [];
  try {
    const seen = await run(own, command);
    answer({ outcome: "done", number, ...seen, exchanges: own.exchanges });
  } catch (error) {
    answer({ outcome: "refused", number, ...refusalIn(error), exchanges: own.exchanges });
  }
}

function refusalIn(error: unknown) {
  if (error instanceof Refused) return { code: error.code, message: error.message, signed: false };
  if (!isSignetError(error)) return { code: "unexpected_error", message: wordsOf(error), signed: false };
  const { code, reason, message, signed } = error;
  return { code, ...(reason === undefined ? {} : { reason }), message, signed };
}

/** What the server says to whoever brings it a file. */
class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function answer(report: Report): void {
  process.send?.(report);
}

interface Seen {
  readonly saw: string;
  readonly file?: string;
  readonly left?: number;
}

async function run(own: App, command: Command): Promise<Seen> {
  const { signet, identity } = own;
  switch (command.do) {
    case "activate": {
      const activation = await signet.activate(identity.licenseKey);
      return { saw: `The license is ${activation.status} on ${identity.device}.` };
    }
    case "verifyOffline": {
      const activation = await withoutNetwork(own, () => signet.current());
      return { saw: `Without any network it is ${activation.status}: verified from the root key down.` };
    }
    case "tamper": {
      await forge(own);
      const activation = await withoutNetwork(own, () => signet.current());
      return { saw: `The forged token was believed: ${activation.status}.` };
    }
    case "checkout": {
      const activation = await signet.activate(identity.licenseKey);
      const seat = await activation.checkout({ holder: identity.device });
      return { saw: `${identity.device} holds seat ${seat.slot}.` };
    }
    case "awaitSeat": {
      const seat = await awaitSeat(own);
      return { saw: `The seat came back by itself: ${identity.device} holds seat ${seat.slot}.` };
    }
    case "ticket": {
      const ticket = await (await signet.current()).ticket(command.meter, command.amount);
      await ticket.spend(command.used);
      const { used, returned, balance } = await ticket.settle();
      const saw = `${command.amount} were reserved, ${used} charged, ${returned} given back; ${balance} are left.`;
      return { saw, left: balance };
    }
    case "record": {
      const activation = await signet.current();
      await activation.usage.record(command.meter, command.amount, {
        id: command.id,
        at: new Date(own.identity.begunAt),
      });
      await activation.usage.flush();
      const denied = (await activation.usage.denied()).find(({ id }) => id === command.id);
      if (denied !== undefined) throw new Refused(denied.code, `The event was not charged (${denied.code}).`);
      const balances = await activation.balances();
      const left = balances.find(({ meter }) => meter === command.meter)?.available;
      const saw = `Event ${command.id} was sent; ${left ?? "none"} are left.`;
      return { saw, ...(left === undefined ? {} : { left }) };
    }
    case "requestFile": {
      const file = await signet.offline.requestFile(identity.licenseKey);
      return { saw: "The request file is signed by the machine’s own key.", file };
    }
    case "deliver":
      return deliver(own, command.file);
    case "importResponse": {
      const activation = await signet.offline.importResponse(command.file);
      return { saw: `The machine without a network is ${activation.status}.` };
    }
  }
}

async function withoutNetwork<Value>({ network }: App, work: () => Promise<Value>): Promise<Value> {
  network.isDown = true;
  try {
    return await work();
  } finally {
    network.isDown = false;
  }
}

/** Lets the stored token last ten years longer, as somebody with an editor would, and leaves its signature as it is. */
async function forge({ storage }: App): Promise<void> {
  const stored: { content: { token: string } } = JSON.parse((await storage.get("activation")) ?? "{}");
  const [header, payload, signature] = stored.content.token.split(".");
  const claims: { exp: number } = JSON.parse(Buffer.from(payload ?? "", "base64url").toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 315_360_000 }));
  stored.content.token = `${header}.${forged.toString("base64url")}.${signature}`;
  await storage.set("activation", JSON.stringify(stored));
}

async function awaitSeat({ signet, identity }: App) {
  const activation = await signet.current();
  for (;;) {
    try {
      return await activation.checkout({ holder: identity.device });
    } catch (error) {
      if (!isSignetError(error) || error.code !== "no_seats_available") throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, SEAT_TRIES_MS));
  }
}

/** The one thing here that is no call of the SDK: a person with a browser would do it. */
async function deliver(own: App, request: string): Promise<Seen> {
  const { server, tenant } = own.identity;
  const path = `/v1/${tenant}/offline/activations`;
  const answered = await own.watchedFetch(`${server.replace(/\/+$/, "")}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request }),
  });
  const { response, code, detail }: Partial<Record<"response" | "code" | "detail", string>> =
    await answered.json();
  if (response === undefined) throw new Refused(code ?? "server_error", detail ?? `HTTP ${answered.status}`);
  return { saw: "It was answered: a signed response, with a security snapshot in it.", file: response };
}
