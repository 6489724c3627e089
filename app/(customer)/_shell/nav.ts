import {
  type Icon,
  IconArmchair,
  IconCertificate,
  IconDeviceDesktop,
  IconDownload,
  IconGauge,
  IconMail,
  IconPlugConnectedX,
  IconUserCircle,
  IconUsers,
} from "@tabler/icons-react";
import type { CustomerPermission } from "#server/auth/permissions.ts";

export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly icon: Icon;
  /** Undefined: open to everybody who is signed in. */
  readonly permission?: CustomerPermission;
}

/** Every screen of the customer area, in order; each is shown to those who may open it. */
export const NAV: readonly NavItem[] = [
  { href: "/portal", label: "Licenses", icon: IconCertificate, permission: "license:read" },
  { href: "/portal/devices", label: "Devices", icon: IconDeviceDesktop, permission: "license:read" },
  { href: "/portal/seats", label: "Seats", icon: IconArmchair, permission: "license:read" },
  { href: "/portal/usage", label: "Usage and credits", icon: IconGauge, permission: "license:read" },
  {
    href: "/portal/offline",
    label: "Offline activation",
    icon: IconPlugConnectedX,
    permission: "device:activate",
  },
  { href: "/portal/downloads", label: "Downloads", icon: IconDownload, permission: "license:read" },
  { href: "/portal/people", label: "People", icon: IconUsers, permission: "people:read" },
  { href: "/portal/preferences", label: "E-mails", icon: IconMail, permission: "license:read" },
  { href: "/portal/account", label: "Account", icon: IconUserCircle },
];
