import { expect, test } from "@playwright/test";
import { startIdentityProvider } from "../../server/testing/identity-provider.ts";
import { OIDC_CLIENT_SECRET, personOf, required, signIn, watch } from "./portal.ts";

test("an identity opens nothing until it is connected, then signs in, and is disconnected", async ({
  page,
}) => {
  const quiet = watch(page);
  const portal = required("SIGNET_PORTAL_URL");
  const port = Number(required("SIGNET_OIDC_PORT"));
  const provider = await startIdentityProvider(portal, { port, clientSecret: OIDC_CLIENT_SECRET });
  provider.person = { sub: "ada-1", email: "admin@signet.local", email_verified: true };
  const leave = async () => {
    await page.context().clearCookies();
    await page.goto("/sign-in");
  };
  try {
    await page.goto("/sign-in?next=/admin/team");
    await page.getByRole("button", { name: "Continue with Acme SSO" }).click();
    await expect(page.getByRole("heading", { name: "Not connected yet" })).toBeVisible();

    await leave();
    await signIn(page, "Admin");
    await page.goto("/admin/account");
    await page.getByRole("button", { name: "Connect Acme SSO" }).click();
    const card = page.getByRole("region", { name: "Sign in with Acme SSO" });
    await card.getByLabel("Your Signet password").fill("not the password");
    await card.getByRole("button", { name: "Connect admin@signet.local" }).click();
    await expect(card.getByText("This is not your password.")).toBeVisible();
    await card.getByLabel("Your Signet password").fill(personOf("Admin").password);
    await card.getByRole("button", { name: "Connect admin@signet.local" }).click();
    await expect(card.getByText("Connected", { exact: false })).toBeVisible();

    await leave();
    await page.goto("/sign-in?next=/admin/team");
    await page.getByRole("button", { name: "Continue with Acme SSO" }).click();
    await expect(page).toHaveURL(/\/admin\/team$/);
    await expect(page.getByLabel("Signs in by the identity provider").first()).toBeVisible();

    await page.goto("/admin/account");
    await card.getByRole("button", { name: "Disconnect" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await expect(page, "the session it opened is over").toHaveURL(/\/sign-in/);
    expect(quiet.noise().filter((line) => !/40[01]/.test(line))).toEqual([]);
  } finally {
    await provider.stop();
  }
});
