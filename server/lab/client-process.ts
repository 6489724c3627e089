import type { Logger } from "../platform/log.ts";
import { startNodeChild } from "../platform/node-child.ts";
import { type ClientIdentity, type Command, type Order, type Report, report } from "./protocol.ts";

/** A real SDK client in a process of its own. */
export interface LabClient {
  /** Rejects when the process ends before it has answered. */
  obey(command: Command): Promise<Report>;
  kill(): void;
  readonly gone: Promise<void>;
}

export function startClient(script: string, identity: ClientIdentity, log: Pick<Logger, "warn">): LabClient {
  const asked = new Map<number, PromiseWithResolvers<Report>>();
  let orders = 0;
  let isGone = false;
  const child = startNodeChild(script, {
    log,
    onMessage(message) {
      const told = report.parse(message);
      asked.get(told.number)?.resolve(told);
      asked.delete(told.number);
    },
  });
  const tell = (order: Order) => child.send(order);
  tell({ kind: "begin", identity });
  const ended = () => new Error(`The process of ${identity.device} ended before it had answered.`);
  void child.gone.then(() => {
    isGone = true;
    for (const each of asked.values()) each.reject(ended());
  });
  return {
    obey(command) {
      if (isGone) return Promise.reject(ended());
      orders += 1;
      const answer = Promise.withResolvers<Report>();
      asked.set(orders, answer);
      tell({ kind: "order", number: orders, command });
      return answer.promise;
    },
    kill: child.kill,
    gone: child.gone,
  };
}
