import type { CurrentActor, SessionClaims } from "../auth/actor.ts";
import type { Invitations } from "../auth/invitations.ts";
import type { Members } from "../auth/members.ts";
import type { Auth } from "../auth/sign-in.ts";
import type { Logger } from "../platform/log.ts";

/** The services procedures call. The container has them all under these names; a router that needs one adds it here. */
export interface PortalServices {
  readonly log: Logger;
  readonly auth: Auth;
  readonly members: Members;
  readonly invitations: Invitations;
}

export interface PortalContext {
  readonly services: PortalServices;
  readonly correlationId: string;
  /** The network address the request came from. */
  readonly ip: string;
  /** Who is acting as of this request, or undefined; read from the database once for a whole batch. */
  currentActor(): Promise<CurrentActor | undefined>;
}

export function createPortalContext({
  services,
  session,
  correlationId,
  ip,
}: {
  services: PortalServices;
  session: SessionClaims | undefined;
  correlationId: string;
  ip: string;
}): PortalContext {
  let actor: Promise<CurrentActor | undefined> | undefined;
  return {
    services,
    correlationId,
    ip,
    currentActor: () => {
      actor ??= services.auth.currentActor(session);
      return actor;
    },
  };
}
