import { type Icon, IconUsers } from "@tabler/icons-react";
import type { Permission } from "#server/auth/permissions.ts";

export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly icon: Icon;
  readonly permission: Permission;
}

export interface NavSection {
  /** Undefined for the first, which needs no heading. */
  readonly heading?: string;
  readonly items: readonly NavItem[];
}

/** Every screen in the sidebar, in order; each is shown to those who may open it. */
export const NAV: readonly NavSection[] = [
  {
    heading: "Account",
    items: [{ href: "/admin/team", label: "Team", icon: IconUsers, permission: "team:read" }],
  },
];
