import {
  type Icon,
  IconArmchair,
  IconBox,
  IconBuilding,
  IconCertificate,
  IconChartBar,
  IconCoins,
  IconFlag,
  IconFlask,
  IconHeartbeat,
  IconHistory,
  IconIdBadge2,
  IconKey,
  IconLayoutDashboard,
  IconMail,
  IconRocket,
  IconRoute,
  IconScale,
  IconScaleOutline,
  IconSettings,
  IconShieldCheck,
  IconUsers,
  IconWebhook,
} from "@tabler/icons-react";
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
    items: [
      { href: "/admin", label: "Overview", icon: IconLayoutDashboard, permission: "license:read" },
      { href: "/admin/start", label: "Get started", icon: IconRocket, permission: "policy:publish" },
      { href: "/admin/lab", label: "Scenario lab", icon: IconFlask, permission: "license:issue" },
      { href: "/admin/promote", label: "Go to production", icon: IconFlag, permission: "settings:write" },
    ],
  },
  {
    heading: "Define",
    items: [
      { href: "/admin/products", label: "Products", icon: IconBox, permission: "product:read" },
      { href: "/admin/policies", label: "Policies", icon: IconScale, permission: "policy:read" },
    ],
  },
  {
    heading: "Operate",
    items: [
      { href: "/admin/licenses", label: "Licenses", icon: IconCertificate, permission: "license:read" },
      { href: "/admin/customers", label: "Customers", icon: IconBuilding, permission: "customer:read" },
      { href: "/admin/seats", label: "Live seats", icon: IconArmchair, permission: "license:read" },
      { href: "/admin/analytics", label: "Analytics", icon: IconChartBar, permission: "analytics:read" },
      { href: "/admin/usage", label: "Usage", icon: IconCoins, permission: "license:read" },
      { href: "/admin/trace", label: "Trace", icon: IconRoute, permission: "license:read" },
      {
        href: "/admin/incidents",
        label: "Incidents",
        icon: IconScaleOutline,
        permission: "incident:read",
      },
    ],
  },
  {
    heading: "Account",
    items: [
      { href: "/admin/trust", label: "Trust", icon: IconShieldCheck, permission: "trust:read" },
      { href: "/admin/api-keys", label: "API keys", icon: IconKey, permission: "apikey:read" },
      {
        href: "/admin/identity-providers",
        label: "Identity providers",
        icon: IconIdBadge2,
        permission: "apikey:read",
      },
      { href: "/admin/webhooks", label: "Webhooks", icon: IconWebhook, permission: "webhook:read" },
      { href: "/admin/team", label: "Team", icon: IconUsers, permission: "team:read" },
      { href: "/admin/settings", label: "Settings", icon: IconSettings, permission: "team:read" },
      { href: "/admin/mails", label: "Mails", icon: IconMail, permission: "team:read" },
      { href: "/admin/health", label: "Health", icon: IconHeartbeat, permission: "health:read" },
      { href: "/admin/audit", label: "Audit", icon: IconHistory, permission: "audit:read" },
    ],
  },
];
