import { type Icon, IconArmchair, IconCoins, IconPlugConnectedX, IconWorld } from "@tabler/icons-react";
import type { LabScenario } from "./lab.ts";

interface Words {
  readonly title: string;
  readonly shows: string;
  readonly icon: Icon;
}

/** What each scenario shows. */
export const SCENARIO_WORDS: Readonly<Record<LabScenario["name"], Words>> = {
  online: {
    title: "Online activation",
    shows: "A program activates, then needs no network; what was forged is not believed.",
    icon: IconWorld,
  },
  seats: {
    title: "Floating seats",
    shows:
      "Two seats, three people; and a seat that comes back although its program was killed. Takes some 15 seconds.",
    icon: IconArmchair,
  },
  usage: {
    title: "Usage and credits",
    shows:
      "Credits are reserved and charged, once however often an event is sent, and never beyond the balance.",
    icon: IconCoins,
  },
  air_gapped: {
    title: "Air-gapped machine",
    shows:
      "Files go to a machine without a network and back; neither another machine nor a second import can use them.",
    icon: IconPlugConnectedX,
  },
};
