import { petrol } from "../theme.ts";

/**
 * Signet's own colour turned into a vendor's, shade by shade: its hue and saturation, but the luminance of ours. Contrast depends
 * on nothing else, so whatever is readable in petrol is as readable in theirs, in both themes, also where they chose a yellow.
 */
export function brandShades(accent: string): string[] {
  const { hue, saturation } = hueOf(channels(accent));
  return petrol.map((shade) => {
    const wanted = luminance(channels(shade));
    let [dark, light] = [0, 1];
    for (let step = 0; step < 20; step++) {
      const middle = (dark + light) / 2;
      if (luminance(rgbOf(hue, saturation, middle)) < wanted) dark = middle;
      else light = middle;
    }
    const bytes = rgbOf(hue, saturation, light).map((share) => Math.round(share * 255));
    return `#${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  });
}

/** Style rules that recolour everything petrol on a page; stronger than the theme's, wherever they stand. */
export function brandCss(accent: string): string {
  const shades = brandShades(accent);
  const variables = shades.map((shade, index) => `--mantine-color-petrol-${index}:${shade}`).join(";");
  return [
    `:root:root:root{${variables}}`,
    `:root:root[data-mantine-color-scheme=dark]{--mantine-color-anchor:${shades[3]}}`,
  ].join("");
}

type Rgb = readonly [red: number, green: number, blue: number];

/** Of `#rrggbb`, each 0 to 1. */
export function channels(color: string): Rgb {
  const byte = (at: number) => Number.parseInt(color.slice(at, at + 2), 16) / 255;
  return [byte(1), byte(3), byte(5)];
}

/** WCAG's relative luminance. */
export function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((share) =>
    share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function hueOf([red, green, blue]: Rgb): { readonly hue: number; readonly saturation: number } {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  if (spread === 0) return { hue: 0, saturation: 0 };
  const sixth =
    most === red
      ? (green - blue) / spread
      : most === green
        ? 2 + (blue - red) / spread
        : 4 + (red - green) / spread;
  const saturation = spread / (1 - Math.abs(2 * most - spread - 1));
  return { hue: (sixth * 60 + 360) % 360, saturation: Math.min(1, saturation) };
}

/** From CSS's hsl(). */
function rgbOf(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    return lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}
