import { z } from "zod";

/** Who a client is: what an application embeds, a license key, and a device of its own. */
export interface ClientIdentity {
  readonly server: string;
  readonly tenant: string;
  readonly rootKey: string;
  readonly product: string;
  readonly licenseKey: string;
  readonly device: string;
  /** Reaches nothing, as a machine in a sealed room. */
  readonly isOffline: boolean;
  /** When the run began, in RFC 3339: the time of all that it records, so that what is sent twice is the same. */
  readonly begunAt: string;
}

/** What a client can be told to do; each is a call or two of the SDK. */
export type Command =
  | { readonly do: "activate" }
  /** Looks at what is stored, with the network taken away. */
  | { readonly do: "verifyOffline" }
  /** The same, after what is stored was changed to grant more. */
  | { readonly do: "tamper" }
  | { readonly do: "checkout" }
  /** Asks for a seat until there is one. */
  | { readonly do: "awaitSeat" }
  | { readonly do: "ticket"; readonly meter: string; readonly amount: number; readonly used: number }
  | { readonly do: "record"; readonly meter: string; readonly amount: number; readonly id: string }
  | { readonly do: "requestFile" }
  /** Brings a request file to the server, as a person at another machine would. */
  | { readonly do: "deliver"; readonly file: string }
  | { readonly do: "importResponse"; readonly file: string };

/** From the parent to the child, by IPC. */
export type Order =
  | { readonly kind: "begin"; readonly identity: ClientIdentity }
  | { readonly kind: "order"; readonly number: number; readonly command: Command };

/** A request that went over the wire, as the client saw it. */
export const exchange = z.strictObject({
  method: z.string().max(10),
  path: z.string().max(500),
  /** Null: nobody answered. */
  status: z.int().nullable(),
  correlationId: z.string().max(200).nullable(),
});
export type Exchange = z.infer<typeof exchange>;

const exchanges = z.array(exchange).max(200);

/** From the child to the parent: what came of an order. */
export const report = z.discriminatedUnion("outcome", [
  z.strictObject({
    outcome: z.literal("done"),
    number: z.int(),
    /** For the person who watches. */
    saw: z.string().max(1_000),
    file: z.string().max(200_000).exactOptional(),
    /** What is left of the meter that it was about. */
    left: z.int().exactOptional(),
    exchanges,
  }),
  z.strictObject({
    outcome: z.literal("refused"),
    number: z.int(),
    code: z.string().max(100),
    reason: z.string().max(100).exactOptional(),
    message: z.string().max(1_000),
    signed: z.boolean(),
    exchanges,
  }),
]);
export type Report = z.infer<typeof report>;
