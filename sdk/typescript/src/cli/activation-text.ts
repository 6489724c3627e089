import type { Activation } from "../activation.ts";
import type { Outcome, Paint } from "./command.ts";
import { EXIT } from "./exit-codes.ts";
import { table } from "./table.ts";

/** An activation, for a person and for a script. */
export function activationOutcome(activation: Activation, paint: Paint): Outcome {
  const { id, status, license, customer, features, expiresAt, graceUntil, snapshotUntil } = activation;
  const usable = status === "active" || status === "grace";
  const colour = status === "active" ? "green" : usable ? "yellow" : "red";
  const rows: (readonly [string, string])[] = [
    ["status", paint(colour, status)],
    ["activation", id],
    ["until", expiresAt.toISOString()],
  ];
  if (license !== undefined)
    rows.push(["license", `${license.id} (${license.policy.code}, version ${license.policy.version})`]);
  if (customer !== undefined) rows.push(["customer", customer.name]);
  if (graceUntil !== undefined) rows.push(["grace until", graceUntil.toISOString()]);
  if (snapshotUntil !== undefined) rows.push(["snapshot until", snapshotUntil.toISOString()]);
  for (const [code, value] of Object.entries(features)) rows.push([`  ${code}`, String(value)]);
  if (!usable) rows.push(["next", "run `signet status --refresh`, or `signet activate` with a new key"]);
  return {
    result: { activation: id, status, license, customer, features, expiresAt, graceUntil, snapshotUntil },
    text: table(rows.map(([name, value]) => [paint("dim", name), value])).join("\n"),
    exitCode: usable ? EXIT.ok.code : EXIT.refused.code,
  };
}
