import { initTRPC } from "@trpc/server";
import superjson from "superjson";
import {
  allows,
  type CustomerPermission,
  customerAllows,
  type Permission,
  rolesWith,
} from "../auth/permissions.ts";
import { SignetError } from "../domain/errors.ts";
import { customerPlace, mayActFor, SHOWN_ELSEWHERE, teamPlace } from "../domain/places.ts";
import type { PortalContext } from "./context.ts";
import { errorData, isFault, toSignetError } from "./errors.ts";

const t = initTRPC.context<PortalContext>().create({
  transformer: superjson,
  errorFormatter({ shape, error, type, ctx }) {
    const refusal = toSignetError(error, type);
    return { ...shape, message: refusal.message, data: errorData(refusal, ctx?.correlationId ?? "") };
  },
});

export const { router, createCallerFactory, mergeRouters } = t;

const logged = t.middleware(async ({ ctx, path, type, next }) => {
  const ended = ctx.services.portalMetrics.begin(path);
  const result = await next();
  if (result.ok) {
    ended("ok");
    return result;
  }
  const refusal = toSignetError(result.error, type);
  ended(refusal.code);
  if (isFault(refusal))
    ctx.services.log.error({ err: result.error.cause ?? result.error, path, type }, "procedure failed");
  else ctx.services.log.info({ code: refusal.code, path, type }, "procedure refused");
  return result;
});

/** For people who are not signed in: an invitation is opened and accepted with nothing but its link. */
export const open = t.procedure.use(logged);

/**
 * A procedure for the vendor's staff. Reads who is acting from the database, refuses with `unauthorized` when nobody
 * is signed in or the membership is gone and `forbidden` when the role lacks the permission or the page shows another
 * tenant, and gives the procedure `ctx.actor`.
 */
export function authorised(permission: Permission) {
  return open.use(async ({ ctx, next }) => {
    const current = await ctx.currentActor();
    if (current === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
    if (current.tenant.suspended) throw new SignetError("tenant_suspended");
    if (current.lacksTwoFactor)
      throw new SignetError(
        "forbidden",
        "Your team asks for two-factor sign-in; set it up on your account page.",
      );
    mustBeShown(ctx, teamPlace(current.tenant.id), current.tenants.length > 1);
    if (!allows(current.actor.role, permission)) throw forbidden(permission);
    return next({ ctx: { ...ctx, actor: current.actor, current } });
  });
}

/** A procedure about the person's own account, whatever they are here; gives it `ctx.user`. */
export const signedIn = open.use(async ({ ctx, next }) => {
  const current = (await ctx.currentActor()) ?? (await ctx.currentCustomer());
  if (current === undefined) throw new SignetError("unauthorized", "You are signed out; sign in again.");
  return next({ ctx: { ...ctx, user: current.user } });
});

/**
 * A procedure for the people of an end customer; gives it `ctx.customer`, whose ids say which rows are theirs: a service
 * that is handed them asks for nothing else. Refuses with `unauthorized` when nobody is signed in or they no longer
 * belong, and `forbidden` to the vendor's staff, where the role lacks the permission, and where the page shows another customer.
 */
export function customerAuthorised(permission: CustomerPermission) {
  return open.use(async ({ ctx, next }) => {
    const customer = await ctx.currentCustomer();
    if (customer === undefined) {
      if ((await ctx.currentActor()) === undefined)
        throw new SignetError("unauthorized", "You are signed out; sign in again.");
      throw new SignetError("forbidden", "This is for the people of a customer; you are signed in as staff.");
    }
    if (customer.tenant.suspended) throw new SignetError("tenant_suspended");
    mustBeShown(ctx, customerPlace(customer.customerId), customer.hasSeveral);
    if (!customerAllows(customer.role, permission))
      throw new SignetError("forbidden", `Only a manager of ${customer.customerName} can do this; ask one.`);
    return next({ ctx: { ...ctx, customer } });
  });
}

/** What a page shows and where its person is may have come apart in another tab: then nothing is told or done. */
function mustBeShown(
  { shownFor }: Pick<PortalContext, "shownFor">,
  place: string,
  hasSeveral: boolean,
): void {
  if (!mayActFor(shownFor, place, hasSeveral)) throw new SignetError("forbidden", SHOWN_ELSEWHERE);
}

function forbidden(permission: Permission): SignetError {
  const roles = new Intl.ListFormat("en", { type: "disjunction" }).format(rolesWith(permission));
  return new SignetError("forbidden", `Your role does not allow this (${permission}); ask an ${roles}.`);
}
