import {
  type Icon,
  IconCoins,
  IconDeviceDesktop,
  IconPlugConnectedX,
  IconUsersGroup,
} from "@tabler/icons-react";
import type { StartKind } from "#server/domain/guided-start.ts";

/** What a vendor can sell, in their words. */
export const KINDS: readonly {
  readonly kind: StartKind;
  readonly name: string;
  readonly example: string;
  readonly icon: Icon;
}[] = [
  {
    kind: "desktop",
    name: "A desktop app",
    example: "Installed on a person’s own machines, and works without a network once activated.",
    icon: IconDeviceDesktop,
  },
  {
    kind: "floating",
    name: "Floating seats",
    example: "Anybody may install it; so many people may work at the same time.",
    icon: IconUsersGroup,
  },
  {
    kind: "credits",
    name: "API credits",
    example: "Each call, minute or document costs credits, and is refused when they are gone.",
    icon: IconCoins,
  },
  {
    kind: "air_gapped",
    name: "Air-gapped machines",
    example: "Machines that never see a network: activation goes by files that people carry.",
    icon: IconPlugConnectedX,
  },
];

export function nameOfKind(kind: StartKind): string {
  return KINDS.find((each) => each.kind === kind)?.name ?? kind;
}
