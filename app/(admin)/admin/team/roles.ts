import { ROLES, type Role } from "#server/domain/actor.ts";

/** Each role in a sentence, where one is chosen. */
export const ROLE_SENTENCES: Record<Role, string> = {
  owner: "Everything, including who else is an owner.",
  admin: "Everything but making or removing owners.",
  developer: "Reads everything; API keys and webhooks.",
  support: "Issues, suspends and reveals licenses; looks after customers.",
  auditor: "Reads everything, and the audit log. Changes nothing.",
};

/** The roles somebody with this role may give: only an owner makes an owner. */
export function grantableRoles(actorRole: Role): { value: Role; label: string }[] {
  return ROLES.filter((role) => role !== "owner" || actorRole === "owner").map((role) => ({
    value: role,
    label: roleLabel(role),
  }));
}

export function roleLabel(role: Role): string {
  return role.charAt(0).toUpperCase() + role.slice(1);
}
