import { guarded } from "../src/errors.ts";
import { createHttp } from "../src/http.ts";

/** A program that waits for one request, leaves another to itself, and ends; the server is overloaded. Says how often it sent anything. */
let sent = 0;
const http = createHttp({
  fetch: async () => {
    sent += 1;
    return new Response("", { status: 503 });
  },
  clock: { now: () => 0 },
  timeoutMs: 10_000,
  retriesMax: 1,
  debug: () => undefined,
});
const send = () => http({ method: "POST", url: "http://server.test/" });
process.on("exit", () => console.log(`${sent}`));
await guarded(send);
console.log("answered");
void send();
