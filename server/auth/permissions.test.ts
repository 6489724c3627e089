import { expect, test } from "vitest";
import { ROLES, type Role } from "../domain/actor.ts";
import { allows, PERMISSIONS, type Permission, permissionsOf, rolesWith } from "./permissions.ts";

/** One row a permission; a column a role, in the order owner, admin, developer, support, auditor. */
const TABLE: Record<Permission, string> = {
  "product:read": "yes yes yes yes yes",
  "product:write": "yes yes no no no",
  "policy:read": "yes yes yes yes yes",
  "policy:write": "yes yes no no no",
  "policy:publish": "yes yes no no no",
  "license:read": "yes yes yes yes yes",
  "license:issue": "yes yes no yes no",
  "license:suspend": "yes yes no yes no",
  "license:revoke": "yes yes no no no",
  "license:reveal": "yes yes no yes no",
  "credit:change": "yes yes no yes no",
  "customer:read": "yes yes yes yes yes",
  "customer:write": "yes yes no yes no",
  "apikey:read": "yes yes yes no yes",
  "apikey:write": "yes yes yes no no",
  "webhook:read": "yes yes yes no yes",
  "webhook:write": "yes yes yes no no",
  "trust:read": "yes yes yes yes yes",
  "trust:rotate": "yes yes no no no",
  "analytics:read": "yes yes yes yes yes",
  "incident:read": "yes yes yes yes yes",
  "incident:acknowledge": "yes yes no yes no",
  "audit:read": "yes yes no no yes",
  "team:read": "yes yes yes yes yes",
  "team:write": "yes yes no no no",
  "settings:write": "yes yes no no no",
  "health:read": "yes yes no no no",
};

test.each(PERMISSIONS)("%s is held by exactly the roles of the table", (permission) => {
  const held = ROLES.map((role) => (allows(role, permission) ? "yes" : "no")).join(" ");
  expect(held).toBe(TABLE[permission]);
});

test("an auditor only reads", () => {
  for (const permission of permissionsOf("auditor")) expect(permission).toMatch(/:read$/);
});

test.each<[Permission, Role[]]>([
  ["team:write", ["owner", "admin"]],
  ["apikey:write", ["owner", "admin", "developer"]],
])("%s names whom to ask", (permission, roles) => {
  expect(rolesWith(permission)).toEqual(roles);
});

test("whoever may issue licenses may add customers: an import does both", () => {
  for (const role of rolesWith("license:issue")) expect(allows(role, "customer:write"), role).toBe(true);
});
