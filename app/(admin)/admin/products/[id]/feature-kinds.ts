import { IconAbc, IconGauge, IconToggleRight } from "@tabler/icons-react";

export const FEATURE_KINDS = ["flag", "limit", "value"] as const;
export type FeatureKind = (typeof FEATURE_KINDS)[number];

export interface Feature {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly description: string;
  readonly kind: FeatureKind;
  readonly archivedAt: Date | null;
}

export const KIND_LOOKS = {
  flag: { label: "Flag", icon: IconToggleRight, sentence: "On or off: 4K export." },
  limit: {
    label: "Limit",
    icon: IconGauge,
    sentence: "A whole number not to be exceeded: projects open at once.",
  },
  value: { label: "Value", icon: IconAbc, sentence: "A text your program reads: a support tier." },
} as const;
