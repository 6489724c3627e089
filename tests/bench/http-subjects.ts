import { randomBytes } from "node:crypto";
import { HttpConnection, requestText } from "./http-client.ts";
import type { Subject } from "./load.ts";
import type { World } from "./world.ts";

/** A subject over HTTP: `request` writes the next request, and anything but a success ends the benchmark. */
export function httpSubject(
  name: string,
  callers: number,
  port: number,
  request: () => string,
  prepare?: () => Promise<void>,
): Subject {
  return {
    name,
    callers,
    ...(prepare === undefined ? {} : { prepare }),
    async caller() {
      const connection = await HttpConnection.open(port);
      return {
        async once() {
          const { status, body } = await connection.send(request());
          if (status >= 300)
            throw new Error(`${name}: answered ${status}: ${body?.toString().slice(0, 300)}`);
        },
        close: () => connection.close(),
      };
    },
  };
}

/** The requests of each operation against one LicenseServer, and the same bodies for a server of the yardstick. */
export function requests(world: World) {
  const path = (rest: string): string => `/v1/${world.slug}/${rest}`;
  const next = <Value>(values: readonly Value[]): (() => Value) => {
    let turn = 0;
    return () => {
      const value = values[turn++ % values.length];
      if (value === undefined) throw new Error("There is nothing to take turns with.");
      return value;
    };
  };
  const device = deviceBodies();
  const spread = next(world.spreadKeys);
  const lease = next(world.leases);
  const seated = next(world.seated);
  const echo = JSON.stringify({ message: "hello" });
  const nonce = randomBytes(16).toString("base64url");
  let made = 0;
  const debitBody = (): string =>
    `{"events":[{"id":"bench-${process.pid}-${Date.now()}-${made++}","meter":"credits","amount":1,"occurredAt":"2030-01-01T00:00:00.000Z"}]}`;
  const heartbeatBody = (fence: number): string => `{"fence":${fence},"nonce":"${nonce}"}`;

  return {
    echo: (): string => requestText("/v1/ping", echo),
    nextEcho: (): string => requestText("/api/v1/ping", echo),
    activate: (): string => requestText(path("activations"), device(spread())),
    activateHot: (): string => requestText(path("activations"), device(world.hotKey)),
    checkout: (): string =>
      requestText(path("leases"), `{"holder":"bench-${made++}","nonce":"${nonce}"}`, seated().token),
    heartbeat(): string {
      const { id, fence, token } = lease();
      return requestText(path(`leases/${id}/heartbeat`), heartbeatBody(fence), token);
    },
    debit: (): string => requestText(path("usage"), debitBody(), world.metered.token),
  };
}

/** Bodies that each activate a device never seen before, written around one random component. */
function deviceBodies(): (licenseKey: string) => string {
  const digest = (): string => randomBytes(32).toString("base64url");
  const rest = `"cpu":"${digest()}","disk":"${digest()}"},"deviceKey":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"nonce":"${randomBytes(16).toString("base64url")}"}`;
  return (licenseKey) =>
    `{"licenseKey":"${licenseKey}","product":"renderer","fingerprint":{"machine":"${digest()}",${rest}`;
}
