import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";

/** In the light on a desk, in the dark on a phone: between them each size and each scheme is seen. */
export const DESK = { colorScheme: "light", viewport: { width: 1440, height: 900 } } as const;
export const PHONE = { colorScheme: "dark", viewport: { width: 390, height: 844 } } as const;

/** A screen is whole where nothing scrolls sideways and everybody can use it. */
export async function expectWhole(page: Page, where: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  await expect(page.getByRole("heading", { level: 1 }), where).toBeVisible();
  const overflow = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return scrollWidth - clientWidth;
  });
  expect.soft(overflow, `${where} scrolls sideways`).toBe(0);
  // Kept with the results, for whoever wants to look at every screen.
  const picture = `${where.replaceAll(/\W+/g, "-").replace(/^-/, "").slice(0, 60)}.png`;
  await page.screenshot({ path: test.info().outputPath(picture), fullPage: true });
  const { violations } = await new AxeBuilder({ page })
    // Where a mail is shown no script may run, and axe would wait for its own for ever.
    .exclude("iframe[sandbox]")
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])
    .analyze();
  expect
    .soft(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`),
      where,
    )
    .toEqual([]);
}
