import { z } from "zod";
import type { Code } from "#server/domain/codes.ts";
import type { ApiScope } from "#server/domain/scopes.ts";
import type { RequestContext } from "./context.ts";
import type { Caller, Door } from "./doors.ts";
import { parseInput, parseJson } from "./fields.ts";
import { type Refusal, RefusedAtDoor } from "./refusal.ts";

export type { Refusal } from "./refusal.ts";

/** One way an operation can answer well. Without a schema the body is empty. */
export interface ResponseSpec {
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** `application/json` when not given; a body of any other type must be a string. */
  readonly contentType?: string;
  /** Headers worth documenting: name → description. */
  readonly headers?: Readonly<Record<string, string>>;
}
export type ResponseSpecs = Readonly<Record<number, ResponseSpec>>;

/** A good answer, as its specification allows it. */
export type Reply<Specs extends ResponseSpecs> = {
  [Status in keyof Specs & number]: {
    readonly status: Status;
    readonly body: Specs[Status] extends { readonly schema: infer Schema extends z.ZodType }
      ? z.output<Schema>
      : undefined;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof Specs & number];

/** Writes a reply so that its status and literal values keep their exact types. */
export function reply<const Status extends number, const Body>(
  status: Status,
  body: Body,
  headers?: Readonly<Record<string, string>>,
) {
  return headers === undefined ? { status, body } : { status, body, headers };
}

/** A {@link Reply} of some operation. */
export interface AnyReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The schema of an operation without parameters, or without a body: whatever is sent there is not looked at. */
export const NOTHING = z.undefined();

/** Whether a schema of an operation has anything to read. */
export function takes(schema: z.ZodType): boolean {
  return schema !== NOTHING;
}

export type MaybePromise<Value> = Value | Promise<Value>;

interface OperationFacts {
  /** Unique, in camel case: the OpenAPI operationId and the label in metrics. */
  readonly id: string;
  readonly method: "GET" | "POST";
  /** With parameters in braces, e.g. `/v1/{tenant}/trust`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Whether it asks for something new, and so is turned away first when the server is saturated. */
  readonly isNewWork?: boolean;
  /** Whether it only keeps or gives back what somebody has, and so is not refused for what others of its tenant ask. */
  readonly keepsHeld?: boolean;
  /** What may stand behind its path's question mark. */
  readonly query?: z.ZodObject;
  /** Codes it can be denied with, beside those any operation can answer. */
  readonly denials: readonly Code[];
  /** A body that would be accepted. */
  readonly requestExample?: unknown;
}

interface OperationDefinition<
  Scope,
  Params extends z.ZodType,
  Body extends z.ZodType,
  Specs extends ResponseSpecs,
> extends OperationFacts {
  /** Who may call: what is checked before the input is even read. */
  readonly door: Door<Scope>;
  readonly params: Params;
  readonly body: Body;
  readonly responses: Specs;
  /** Whose an `Idempotency-Key` is; without it none is looked at, because the client makes the operation's ids. */
  readonly keyOwner?: (scope: Scope) => KeyOwner;
  readonly handle: (
    scope: Scope,
    input: { readonly params: z.output<Params>; readonly body: z.output<Body> },
  ) => MaybePromise<Reply<Specs> | Refusal>;
}

/** One operation of the runtime API: what both adapters, the OpenAPI document and the tests are made from. */
export interface Operation extends OperationFacts {
  readonly caller: Caller;
  /** What a backend must have been allowed to call it. */
  readonly scope: ApiScope | undefined;
  /** Whether its path begins with a tenant; the others reach no service, and so need no correlation beyond the reply. */
  readonly inTenant: boolean;
  readonly params: z.ZodType;
  readonly body: z.ZodType;
  readonly responses: ResponseSpecs;
  /** Authorises, parses, calls and answers; throws SignetError for what is not a decision. */
  run(context: RequestContext): MaybePromise<AnyReply | Refusal>;
  /** The same in two steps, where an `Idempotency-Key` is taken: who asks, and then the rest. */
  readonly enter?: (context: RequestContext) => Promise<Entered | Refusal>;
}

export interface KeyOwner {
  readonly tenantId: string;
  /** Who asks; undefined where anybody may. */
  readonly caller?: string;
}

/** A request that was let in. */
export interface Entered extends KeyOwner {
  proceed(): MaybePromise<AnyReply | Refusal>;
}

/** Ties an operation's parts together, so that its handler sees only what its schemas and its door let through. */
export function defineOperation<
  Scope,
  Params extends z.ZodType,
  Body extends z.ZodType,
  const Specs extends ResponseSpecs,
>(definition: OperationDefinition<Scope, Params, Body, Specs>): Operation {
  const { door, params, body, handle, keyOwner, ...facts } = definition;
  function proceed(scope: Scope, context: RequestContext): MaybePromise<AnyReply | Refusal> {
    return handle(scope, {
      params: parseInput(params, takes(params) ? context.request.params : undefined, "/path"),
      body: parseInput(body, takes(body) ? parseJson(context.request) : undefined),
    });
  }
  return {
    ...facts,
    caller: door.caller,
    scope: door.scope,
    inTenant: facts.path.startsWith("/v1/{tenant}/"),
    params,
    body,
    run(context) {
      const scope = door.enter(context);
      return scope instanceof Promise
        ? scope.then((entered) => proceed(entered, context), refusedAtDoor)
        : proceed(scope, context);
    },
    ...(keyOwner === undefined
      ? {}
      : {
          async enter(context: RequestContext) {
            try {
              const scope = await door.enter(context);
              return { ...keyOwner(scope), proceed: () => proceed(scope, context) };
            } catch (error) {
              return refusedAtDoor(error);
            }
          },
        }),
  };
}

/** The decision, where that is why the door was not passed. */
function refusedAtDoor(error: unknown): Refusal {
  if (error instanceof RefusedAtDoor) return error.refusal;
  throw error;
}
