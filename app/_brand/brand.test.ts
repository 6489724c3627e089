import { expect, test } from "vitest";
import { petrol } from "../theme.ts";
import { brandCss, brandShades, channels, luminance } from "./brand.ts";

const ACCENTS = [
  "#0b7285",
  "#1864ab",
  "#a61e4d",
  "#ffff00",
  "#00ff00",
  "#ff0000",
  "#0000ff",
  "#f5e6ff",
  "#ffffff",
  "#000000",
];

/** WCAG's contrast of two colours. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other]
    .map((each) => luminance(channels(each)))
    .toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test.each(ACCENTS)("what is read in Signet's own colour is read as well in %s", (accent) => {
  const shades = brandShades(accent);
  expect(shades).toHaveLength(10);
  for (const [index, shade] of shades.entries()) {
    for (const beside of ["#ffffff", "#f6f8f8", "#161e21", "#11181a"]) {
      const own = contrast(petrol[index] ?? "", beside);
      expect(contrast(shade, beside) / own).toBeCloseTo(1, 1);
    }
  }
  // A button's white words on its fill, by light and by dark.
  expect(contrast(shades[7] ?? "", "#ffffff")).toBeGreaterThan(4.5);
  expect(contrast(shades[6] ?? "", "#ffffff")).toBeGreaterThan(4.5);
});

test("the hue is the vendor's, and grey stays grey", () => {
  const [red = 0, green = 0, blue = 0] = channels(brandShades("#a61e4d")[7] ?? "");
  expect(red).toBeGreaterThan(blue);
  expect(blue).toBeGreaterThan(green);
  const [a, b, c] = channels(brandShades("#343a3a")[7] ?? "");
  expect(Math.abs((a ?? 0) - (c ?? 0))).toBeLessThan(0.06);
  expect(b).toBeCloseTo(c ?? 0, 2);
});

test("the rules name each shade", () => {
  const css = brandCss("#a61e4d");
  for (let index = 0; index < 10; index++) expect(css).toContain(`--mantine-color-petrol-${index}:#`);
});
