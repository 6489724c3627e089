import { createServer } from "node:net";
import { codeOf, LaunchFailure } from "./failure.ts";

/** Refuses, before anything slow is done, ports that the processes would not get. */
export async function refuseTakenPorts(ports: Readonly<Record<string, number>>): Promise<void> {
  const seen = new Map<number, string>();
  for (const [variable, port] of Object.entries(ports)) {
    const other = seen.get(port);
    if (other !== undefined)
      throw new LaunchFailure(`${other} and ${variable} are both ${port}; set one of them to another port.`);
    seen.set(port, variable);
    await tryPort(variable, port);
  }
}

function tryPort(variable: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${port} is in use by another program; stop that, or set ${variable} to another port.`,
        EACCES: `No permission to use port ${port}; set ${variable} to a port above 1023.`,
      };
      reject(
        new LaunchFailure(reasons[codeOf(cause)] ?? `Port ${port} cannot be used: ${cause.message}.`, {
          cause,
        }),
      );
    });
    probe.listen(port, () => probe.close(() => resolve()));
  });
}
