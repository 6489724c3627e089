import { Group, Text } from "@mantine/core";

/** The seal. Decorative wherever the name stands beside it. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="16" fill="#0e6e80" />
      <circle cx="16" cy="16" r="12.75" fill="none" stroke="#a5d5dd" strokeOpacity=".55" />
      <path
        d="M20 12.2a4 4 0 0 0-4-3.2a3.5 3.5 0 0 0 0 7a3.5 3.5 0 0 1 0 7a4 4 0 0 1-4-3.2"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
      />
      <circle cx="16" cy="3.25" r="2.1" fill="#e0985a" stroke="#0e6e80" />
    </svg>
  );
}

export function Wordmark({ size = 28, inverse = false }: { size?: number; inverse?: boolean }) {
  return (
    <Group gap={10} wrap="nowrap">
      <Mark size={size} />
      <Text
        component="span"
        fw={700}
        fz={size * 0.72}
        lh={1}
        lts="-0.02em"
        c={inverse ? "white" : "var(--signet-brand-ink)"}
      >
        Signet
      </Text>
    </Group>
  );
}
