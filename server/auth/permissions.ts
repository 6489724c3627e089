import { type CustomerRole, ROLES, type Role } from "../domain/actor.ts";

/** Everything the portal can be asked to do; a page and its procedure name the same one. */
export const PERMISSIONS = [
  "product:read",
  "product:write",
  "policy:read",
  "policy:write",
  "policy:publish",
  "license:read",
  "license:issue",
  "license:suspend",
  "license:revoke",
  "license:reveal",
  "credit:change",
  "customer:read",
  "customer:write",
  "apikey:read",
  "apikey:write",
  "webhook:read",
  "webhook:write",
  "trust:read",
  "trust:rotate",
  "analytics:read",
  "incident:read",
  "incident:acknowledge",
  "audit:read",
  "team:read",
  "team:write",
  "settings:write",
  "health:read",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

const READS = [
  "product:read",
  "policy:read",
  "license:read",
  "customer:read",
  "trust:read",
  "analytics:read",
  "incident:read",
  "team:read",
] as const satisfies readonly Permission[];

/**
 * Role → what it may do. Owners and admins differ in one thing only, and the members service holds it: only an
 * owner makes or unmakes an owner.
 */
const GRANTS: Record<Role, ReadonlySet<Permission>> = {
  owner: new Set(PERMISSIONS),
  admin: new Set(PERMISSIONS),
  developer: new Set([...READS, "apikey:read", "apikey:write", "webhook:read", "webhook:write"]),
  // Operates on licenses day to day; revoking is final and stays with admins.
  support: new Set([
    ...READS,
    "license:issue",
    "license:suspend",
    "license:reveal",
    "credit:change",
    "customer:write",
    "incident:acknowledge",
  ]),
  auditor: new Set([...READS, "apikey:read", "webhook:read", "audit:read"]),
};

/** Whether the role may do it. */
export function allows(role: Role, permission: Permission): boolean {
  return GRANTS[role].has(permission);
}

/** What the role may do, in the order of `PERMISSIONS`. */
export function permissionsOf(role: Role): Permission[] {
  return PERMISSIONS.filter((permission) => allows(role, permission));
}

/** The roles that may do it, for a sentence that says whom to ask. */
export function rolesWith(permission: Permission): Role[] {
  return ROLES.filter((role) => allows(role, permission));
}

/** Everything the people of a customer can do by themselves, always with what is their own customer's only. */
export const CUSTOMER_PERMISSIONS = [
  /** State, terms, certificate, devices, seats and usage. */
  "license:read",
  "license:reveal",
  "device:rename",
  "device:deactivate",
  /** By files, for a machine without a network. */
  "device:activate",
  "seat:release",
  "people:read",
  "people:write",
] as const;
export type CustomerPermission = (typeof CUSTOMER_PERMISSIONS)[number];

/** A member looks, and does what takes nothing from a colleague; the rest is a manager's. */
const CUSTOMER_GRANTS: Record<CustomerRole, ReadonlySet<CustomerPermission>> = {
  manager: new Set(CUSTOMER_PERMISSIONS),
  member: new Set(["license:read", "device:rename", "device:activate", "people:read"]),
};

/** Whether a person of a customer may do it. */
export function customerAllows(role: CustomerRole, permission: CustomerPermission): boolean {
  return CUSTOMER_GRANTS[role].has(permission);
}
