import { z } from "zod";
import { optionalText, pageFields } from "../authority/input.ts";
import { ALL_EVENTS, asSubscriptions, SUBSCRIBABLE } from "../domain/event-catalogue.ts";
import { idOf } from "../domain/ids.ts";

const url = z
  .url({ protocol: /^https?$/, error: "Enter an address such as https://example.com/webhooks." })
  .max(1_000, "Use at most 1000 characters.")
  .refine((text) => {
    const { username, password, hash } = new URL(text);
    return username === "" && password === "" && hash === "";
  }, "Leave out user, password and fragment; the signature proves who sends.");

const events = z
  .array(
    z.enum([ALL_EVENTS, ...SUBSCRIBABLE], "Choose of the events there are."),
    "Choose what to be told of.",
  )
  .min(1, "Choose at least one event.")
  .transform(asSubscriptions);

export const endpointFields = z.strictObject({ url, description: optionalText(200).default(""), events });
export type EndpointFields = z.output<typeof endpointFields>;

export const endpointId = z.strictObject({ id: idOf("webhookEndpoint") });
export const updateEndpoint = endpointFields.extend({ id: idOf("webhookEndpoint") });
export const setEnabled = endpointId.extend({ enabled: z.boolean() });
export const deliveryId = z.strictObject({ id: idOf("webhookDelivery") });

export const DELIVERY_STATUSES = ["pending", "delivered", "failed"] as const;

export const listDeliveries = z.strictObject({
  endpointId: idOf("webhookEndpoint"),
  status: z.enum(DELIVERY_STATUSES, "Choose pending, delivered or failed.").optional(),
  type: z.enum([...SUBSCRIBABLE, "webhook.test"], "Choose of the events there are.").optional(),
  ...pageFields,
});
export type ListDeliveries = z.output<typeof listDeliveries>;

export const replaySince = endpointId.extend({ since: z.date("Choose a time.") });
