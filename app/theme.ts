import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";

/** The primary: a blue-green ink, apart from the greens, ambers and reds that mean a state. */
export const petrol: MantineColorsTuple = [
  "#e9f6f8",
  "#d2eaee",
  "#a5d5dd",
  "#74bfcb",
  "#4babbb",
  "#2f9bae",
  "#187d8f",
  "#0e6e80",
  "#0a5868",
  "#06414d",
];

/** The accent: the metal of the ring. Used for the mark and for what is on trial, never for a state. */
const copper: MantineColorsTuple = [
  "#fdf3ea",
  "#f8e3d0",
  "#f0c7a2",
  "#e8ad76",
  "#e0985a",
  "#cf7f3b",
  "#b4682b",
  "#935323",
  "#74421d",
  "#573217",
];

/** Deeper than Mantine's own, so that an error's text reaches WCAG AA. */
const red: MantineColorsTuple = [
  "#fdeeed",
  "#f9d8d5",
  "#f2afaa",
  "#ec8680",
  "#e5645d",
  "#dd4a43",
  "#cf3a34",
  "#b52d28",
  "#96231f",
  "#771b18",
];

const gray: MantineColorsTuple = [
  "#f6f8f8",
  "#edf1f1",
  "#e1e7e8",
  "#d0d8da",
  "#b4bfc2",
  "#8b989c",
  "#647276",
  "#4b585c",
  "#333e42",
  "#1d2629",
];

const dark: MantineColorsTuple = [
  "#d9e0e2",
  "#b7c2c5",
  "#94a2a6",
  "#6a797e",
  "#3a474c",
  "#2a3539",
  "#1f292c",
  "#161e21",
  "#11181a",
  "#0b1012",
];

const sans = "var(--font-sans), system-ui, -apple-system, 'Segoe UI', sans-serif";
const mono = "var(--font-mono), ui-monospace, 'SF Mono', Menlo, monospace";

export const theme: MantineThemeOverride = createTheme({
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  luminanceThreshold: 0.32,
  colors: { petrol, copper, red, gray, dark },
  black: "#141c1f",
  fontFamily: sans,
  fontFamilyMonospace: mono,
  headings: {
    fontFamily: sans,
    fontWeight: "650",
    textWrap: "balance",
    sizes: {
      h1: { fontSize: "1.625rem", lineHeight: "1.25" },
      h2: { fontSize: "1.25rem", lineHeight: "1.3" },
      h3: { fontSize: "1.0625rem", lineHeight: "1.35" },
      h4: { fontSize: "0.9375rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: "md",
  radius: { sm: "6px", md: "8px", lg: "12px" },
  cursorType: "pointer",
  components: {
    Card: { defaultProps: { withBorder: true, radius: "lg", padding: "lg" } },
    Paper: { defaultProps: { radius: "lg" } },
    Modal: {
      styles: { title: { fontWeight: 650, fontSize: "1.0625rem" } },

      defaultProps: { radius: "lg", centered: true, overlayProps: { backgroundOpacity: 0.4, blur: 2 } },
    },
    Tooltip: { defaultProps: { openDelay: 250, withArrow: true } },
    Badge: { defaultProps: { variant: "light", radius: "sm", tt: "none", fw: 600 } },
    // Only colours whose darkest shade reads well on their lightest.
    Avatar: { defaultProps: { allowedInitialsColors: ["petrol", "copper", "indigo", "grape", "blue"] } },
    CloseButton: { defaultProps: { "aria-label": "Close" } },
    Anchor: { defaultProps: { underline: "hover" } },
  },
});

/** Surfaces named for what they are, and dimmed text that still reaches WCAG AA on each of them. */
export const cssVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    "--signet-canvas": gray[0],
    "--signet-surface": "#ffffff",
    "--signet-line": gray[2],
    "--signet-brand-ink": petrol[8],
    "--mantine-color-dimmed": "#5b686c",
    "--mantine-color-placeholder": "#6d7a7e",
    "--mantine-color-error": red[7],
  },
  dark: {
    "--signet-canvas": dark[8],
    "--signet-surface": dark[7],
    "--signet-line": dark[5],
    "--signet-brand-ink": "#ffffff",
    "--mantine-color-body": dark[8],
    "--mantine-color-dimmed": "#93a1a5",
    "--mantine-color-placeholder": "#7d8c91",
    "--mantine-color-anchor": petrol[3],
    "--mantine-color-error": red[3],
    ...washes(Object.keys(colors)),
  },
});

/** Tinted surfaces for the dark: a breath of the colour over what lies beneath, and text in its lightest shades. */
function washes(names: readonly string[]): Record<string, string> {
  const variables = names.map((name) => [
    [`--mantine-color-${name}-light`, `color-mix(in srgb, var(--mantine-color-${name}-5) 16%, transparent)`],
    [
      `--mantine-color-${name}-light-hover`,
      `color-mix(in srgb, var(--mantine-color-${name}-5) 24%, transparent)`,
    ],
    [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-2)`],
  ]);
  return Object.fromEntries(variables.flat());
}
