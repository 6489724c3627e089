import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, type Page } from "@playwright/test";

interface Demo {
  readonly tenant: string;
  readonly rootKey: string;
  readonly signIns: readonly { readonly label: string; readonly email: string; readonly password: string }[];
  readonly licenses: readonly { readonly product: string; readonly key: string }[];
}

/** What the portal under test and the identity provider of a test know each other by. */
export const OIDC_CLIENT_SECRET = "only-for-tests-on-this-machine";

export function required(variable: string): string {
  const value = process.env[variable];
  if (value === undefined) throw new Error(`${variable} is set by tests/e2e/signet.setup.ts.`);
  return value;
}

export const demo = (): Demo => JSON.parse(readFileSync(required("SIGNET_DEMO_FILE"), "utf8"));

/** A person of the demo, and how they sign in. */
export function personOf(label: "Admin" | "Customer") {
  const person = demo().signIns.find((each) => each.label === label);
  if (person === undefined) throw new Error(`The seed made no ${label}.`);
  return person;
}

export async function signIn(page: Page, label: "Admin" | "Customer"): Promise<void> {
  const person = personOf(label);
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(label === "Admin" ? /\/admin/ : /\/portal/);
}

/** Calls procedures of the portal as the person who is signed in on a page. */
export function callsOf(page: Page) {
  return async (procedure: string, json: object) => {
    const answer = await page.request.post(`/api/trpc/${procedure}`, { data: { json } });
    expect(answer.ok(), procedure).toBe(true);
    return (await answer.json()).result.data.json;
  };
}

/**
 * A stranger signs up and reads the mail where whoever started Signet can: from then on the page is signed in as the owner
 * of a trial tenant of its own, where it is shown how to begin. `look` is called at each page on the way.
 */
export async function signUp(
  page: Page,
  company: string,
  look: (where: string) => Promise<void> = async () => {},
): Promise<{ email: string; password: string }> {
  const email = `stranger-${randomUUID()}@example.com`;
  const password = "correct horse battery staple";
  await page.goto("/sign-up");
  await page.waitForLoadState("networkidle");
  await look("signing up");
  await page.getByLabel("Your name").fill("Sam Stranger");
  await page.getByLabel("Company").fill(company);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me the link" }).click();
  await expect(page.getByText("Look at your mail")).toBeVisible();
  await look("a mail is on its way");
  const link = await mailedLink(page, email, "Confirm and begin");
  await look("the local outbox");
  await page.goto(link);
  await page.waitForLoadState("networkidle");
  await look("choosing a password");
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Start the trial" }).click();
  await page.waitForURL(/\/admin\/start/);
  return { email, password };
}

/** The address behind a button of the newest mail to somebody, read in the local outbox. */
export async function mailedLink(page: Page, email: string, button: string): Promise<string> {
  await page.goto(required("SIGNET_OUTBOX_URL"));
  await page
    .getByRole("navigation", { name: "Mails" })
    .getByRole("link", { name: new RegExp(email) })
    .first()
    .click();
  await expect(page.getByRole("article").getByText(email)).toBeVisible();
  const href = await page
    .frameLocator("article iframe")
    .getByRole("link", { name: button, exact: true })
    .getAttribute("href");
  if (href === null) throw new Error(`The mail to ${email} has no ${button}.`);
  return href;
}

/** What Chromium says when the driver looks into a mail that is shown where no script may run. */
const SANDBOXED = "Blocked script execution in 'about:srcdoc' because the document's frame is sandboxed";

/** Fails the test at its end when a page logged an error or asked for something that failed. */
export function watch(page: Page): { noise(): readonly string[]; expectQuiet(): void } {
  const noise: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith(SANDBOXED)) noise.push(message.text());
  });
  page.on("pageerror", (error) => noise.push(error.message));
  page.on("response", (response) => {
    if (response.status() >= 400) noise.push(`${response.status()} ${response.url()}`);
  });
  return { noise: () => noise, expectQuiet: () => expect(noise).toEqual([]) };
}

const run = promisify(execFile);

/** A device: its own fingerprint and its own state, so that what one knows another does not. */
export class Device {
  readonly directory = mkdtempSync(join(tmpdir(), "signet-device-"));
  readonly #name: string;
  readonly #product: string;

  constructor(name: string, product: string) {
    this.#name = name;
    this.#product = product;
  }

  activate(
    key: string,
    server = required("SIGNET_LICENSE_SERVER_URL"),
    product = this.#product,
  ): Promise<string> {
    return this.#run(server, product, "activate", key);
  }

  /** Takes a seat for somebody named as the device, and is gone with it. */
  checkout(key: string): Promise<string> {
    return this.#run(required("SIGNET_LICENSE_SERVER_URL"), this.#product, "checkout", key);
  }

  /** Uses 25 render-minutes. */
  spend(key: string): Promise<string> {
    return this.#run(required("SIGNET_LICENSE_SERVER_URL"), this.#product, "spend", key);
  }

  /** The text of an activation request, made in a process that cannot reach any network. */
  request(key: string): Promise<string> {
    return this.#run(required("SIGNET_LICENSE_SERVER_URL"), this.#product, "request", key);
  }

  /** Takes the response in a file, in such a process. */
  import(path: string): Promise<string> {
    return this.#run(required("SIGNET_LICENSE_SERVER_URL"), this.#product, "import", path);
  }

  /** The text of the files that give the machine up. */
  leave(): Promise<string> {
    return this.#run(required("SIGNET_LICENSE_SERVER_URL"), this.#product, "leave");
  }

  /** Verifies what is stored, in a process that cannot reach any network. */
  offline(): Promise<string> {
    return this.#run(required("SIGNET_LICENSE_SERVER_URL"), this.#product, "offline");
  }

  async #run(server: string, product: string, command: string, key = ""): Promise<string> {
    const { tenant, rootKey } = demo();
    const script = join(import.meta.dirname, "app.ts");
    const argv = [script, server, tenant, rootKey, product, this.#name, this.directory, command, key];
    const { stdout } = await run(process.execPath, argv);
    return stdout.trim();
  }
}
