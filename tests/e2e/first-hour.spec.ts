import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { mailedLink, signUp, watch } from "./portal.ts";
import { DESK, expectWhole, PHONE } from "./whole.ts";

/**
 * A stranger's first hour, from signing up to production: the whole of it at a desk, and on a phone again with what can be
 * left out left out. What a customer without a network does by files is in offline.spec.ts.
 */
const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const SCENARIOS = ["Floating seats", "Online activation", "Usage and credits", "Air-gapped machine"];
const WORKS = { timeout: 60_000 };

/** The machine that a vendor tries the shown program on: it has never seen this repository. */
class Machine {
  readonly directory = mkdtempSync(join(tmpdir(), "signet-first-"));

  path(name: string): string {
    return join(this.directory, name);
  }

  /** What the shown command installs from the portal, but for its dependency, which would come from a registry. */
  async install(page: Page): Promise<void> {
    const command = (await page.getByRole("region", { name: "Install command" }).textContent()) ?? "";
    const answer = await page.request.get(/^npm install (\S+\.tgz)$/.exec(command)?.[1] ?? command);
    writeFileSync(this.path("sdk.tgz"), await answer.body());
    const installed = this.path("node_modules/@signet/sdk");
    mkdirSync(installed, { recursive: true });
    await run("tar", ["-xzf", this.path("sdk.tgz"), "-C", installed, "--strip-components=1"]);
    symlinkSync(join(ROOT, "node_modules/jose"), this.path("node_modules/jose"));
  }

  /** Runs a program as it was copied from the page. */
  async run(program: string): Promise<string> {
    const file = this.path("first.mjs");
    writeFileSync(file, program);
    const env = { ...process.env, HOME: this.directory, XDG_STATE_HOME: this.directory, FORCE_COLOR: "0" };
    return (await run(process.execPath, [file], { env })).stdout;
  }
}

/** Chooses what is sold and issues its first license; returns the program that is shown. */
async function start(page: Page, kind: string, sentence: RegExp): Promise<string> {
  await page.getByRole("radio", { name: kind }).click();
  await page.getByLabel("What is it called?").fill("Wave Editor");
  await page.getByRole("button", { name: "Draft a policy" }).click();
  await expect(page.getByText(sentence)).toBeVisible();
  await expectWhole(page, `${kind} drafted`);
  await page.getByRole("button", { name: "Publish and issue the first license" }).click();
  await expect(page.getByText("Waiting for the first sign of life")).toBeVisible();
  await expect(page.getByText("Live", { exact: true })).toBeVisible();
  await expect(page.getByText("1 of 100 licenses issued, 30 days left")).toBeVisible();
  await expectWhole(page, `${kind} waiting`);
  return (await page.getByRole("region", { name: "TypeScript" }).textContent()) ?? "";
}

async function play(page: Page, names: readonly string[]): Promise<void> {
  await page.goto("/admin/lab");
  for (const name of names) await page.getByRole("button", { name: `Run: ${name}` }).click();
  for (const name of names)
    await expect(page.getByRole("region", { name }).getByRole("status")).toHaveText("As it should be", WORKS);
}

async function promote(page: Page, effects: readonly string[]): Promise<void> {
  await page.goto("/admin/promote");
  await page.getByRole("main").getByRole("button", { name: "Go to production" }).click();
  const dialog = page.getByRole("dialog");
  for (const effect of effects) await expect(dialog.getByText(effect)).toBeVisible();
  await expectWhole(page, "asked before production");
  await dialog.getByRole("button", { name: "Go to production" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("This account is in production.")).toBeVisible();
  await expect(page.getByText(/licenses issued, \d+ days left/)).toHaveCount(0);
  await expectWhole(page, "in production");
}

test.describe("at a desk", () => {
  test.describe.configure({ mode: "serial", timeout: 120_000 });
  let page: Page;
  let quiet: ReturnType<typeof watch>;
  let program = "";
  const machine = new Machine();

  test.beforeAll(async ({ browser }) => {
    page = await (await browser.newContext(DESK)).newPage();
    quiet = watch(page);
  });
  test.afterAll(() => page.context().close());
  test.afterEach(() => quiet.expectQuiet());

  test("a stranger signs up by mail to an account of their own, a trial that says what it is limited to", async () => {
    await signUp(page, "Harbour Audio", (where) => expectWhole(page, where));
    await expect(page.getByText("0 of 100 licenses issued, 30 days left")).toBeVisible();
    await expectWhole(page, "choosing what is sold");
  });

  test("what is sold becomes a policy in words, a license, a program; and the page turns green when that runs", async () => {
    program = await start(page, "Floating seats", /5 people can work at the same time/);
    await machine.install(page);
    expect(await machine.run(program)).toContain("seat 1 held");
    await expect(page.getByText("It works")).toBeVisible();
    await expectWhole(page, "it works");
    // Where it stands is what exists, not what this page remembers.
    await page.reload();
    await expect(page.getByText("It works")).toBeVisible();
    await page.getByRole("link", { name: "See its trace" }).click();
    await expect(page.getByText("Granted: the device was activated.")).toBeVisible();
  });

  test("the four scenarios go as they should, each step with its decision and its trace", async () => {
    await play(page, SCENARIOS);
    await expect(page.getByText(/Denied because 2 of 2 seats were in use/)).toBeVisible();
    await expect(page.getByText(/0 of 1 usage events were charged, 1 had been before/)).toBeVisible();
    await expectWhole(page, "the scenario lab");
    const usage = page.getByRole("region", { name: "Usage and credits" });
    await usage.getByRole("link", { name: "Trace" }).last().click();
    await expect(page.getByText(/500 credits were asked for and the balance was 65/)).toBeVisible();
  });

  test("whom no seat was left for become a suggestion, its draft with its impact, and a new version", async () => {
    const checkouts = `for (const who of ["bo", "cy", "di", "ed", "flo", "gus"])
      await activation.checkout({ holder: who }).then((seat) => console.log(seat.slot), ({ code }) => console.log(code));`;
    const more = await machine.run(program.replace(/const seat = [\s\S]*/, checkouts));
    expect(more.trim().split("\n")).toEqual([..."2345", "no_seats_available", "no_seats_available"]);

    await page.goto("/admin/promote");
    const tune = page.getByRole("region", { name: "Tune before you go live: Floating annual" });
    await expect(
      tune.getByText(/^2 checkouts found no seat.* 2 more seats would have served all/),
    ).toBeVisible();
    await expectWhole(page, "the way to production");
    await tune.getByRole("button", { name: "Make a draft" }).first().click();
    await page.waitForURL(/\/admin\/policies\/pol_.*tab=impact/);
    await expect(page.getByText(/If licenses were under the draft/)).toBeVisible();
    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByRole("button", { name: "Publish version 2…" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText(/, and 2 granted instead of refused/)).toBeVisible();
    await dialog.getByRole("button", { name: "Publish version 2" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText("Version 2 is published.")).toBeVisible();
  });

  test("a second admin accepts, and the root key leaves the server", async ({ browser }) => {
    await page.goto("/admin/promote");
    await page.getByRole("link", { name: "Invite a colleague" }).click();
    await page.getByRole("button", { name: "Invite colleague" }).click();
    await inviteAdmin(page, browser, "ada@harbour-audio.example");

    await page.goto("/admin/trust");
    await page.getByRole("button", { name: "Root key", exact: true }).click();
    await page.getByRole("menuitem", { name: "Take it off this server" }).click();
    await takeRootOffline(page, machine);
    await expect(page.getByText("Offline", { exact: true })).toBeVisible();
    await expectWhole(page, "the root is offline");
  });

  test("production lifts the limits, forgets the lab's runs, and is asked for in numbers", async () => {
    // Not watched: it is refused.
    const limited = await page.context().newPage();
    await issueHundred(limited);
    await expect(
      limited.getByText(/A trial issues at most 100 licenses: 1 is issued, so 99 more/),
    ).toBeVisible();
    await expectWhole(limited, "a trial's limit");
    await limited.close();
    await promote(page, [
      "Lifts the limits of the trial",
      "Forgets 4 runs of the scenario lab.",
      "Not done yet: “A webhook that works”.",
    ]);
    await issueHundred(page);
    await expect(page.getByText(/^WVED-[0-9A-Z-]{29}$/)).toHaveCount(100);
    await page.goto("/admin/lab");
    for (const name of SCENARIOS)
      await expect(page.getByRole("button", { name: `Run: ${name}` })).toBeVisible();
    await expect(page.getByText("Last run")).toHaveCount(0);
  });
});

test("on a phone a stranger goes the same way, and comes back by a mailed link", async ({ browser }) => {
  test.setTimeout(150_000);
  const context = await browser.newContext(PHONE);
  const page = await context.newPage();
  const quiet = watch(page);
  const { email } = await signUp(page, "Pocket Tools", (where) => expectWhole(page, where));
  await expectWhole(page, "choosing what is sold");
  const program = await start(page, "A desktop app", /on up to 3 devices/);
  const machine = new Machine();
  await machine.install(page);
  expect(await machine.run(program)).toContain("active");
  await expect(page.getByText("It works")).toBeVisible();
  await expectWhole(page, "it works");
  await play(page, ["Online activation"]);
  await expectWhole(page, "the scenario lab");
  await page.goto("/admin/promote");
  await expectWhole(page, "the way to production");
  await promote(page, ["Lifts the limits of the trial", "Forgets 1 run of the scenario lab."]);

  // Left first: a page that notices it is signed out leads to the sign-in page by itself.
  await page.goto("about:blank");
  await context.clearCookies();
  await page.goto("/forgot-password");
  await expectWhole(page, "a forgotten password");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Send me a link to sign in" }).click();
  await expect(page.getByText("Look at your mail")).toBeVisible();
  await page.goto(await mailedLink(page, email, "Sign in"));
  await expectWhole(page, "a link to sign in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(/\/admin/);
  quiet.expectQuiet();
  await context.close();
});

/** In the dialog that invites a colleague; they accept by the mail, in a browser of their own. */
async function inviteAdmin(page: Page, browser: Browser, email: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill(email);
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Admin" }).click();
  await dialog.getByRole("button", { name: "Make invitation link" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  const context = await browser.newContext(DESK);
  const theirs = await context.newPage();
  await theirs.goto(await mailedLink(theirs, email, "Accept the invitation"));
  await expectWhole(theirs, "an invitation");
  await theirs.getByLabel("Your name").fill("Ada Admin");
  await theirs.getByLabel("Password", { exact: true }).fill("correct horse battery staple");
  await theirs.getByRole("button", { name: "Create account and join" }).click();
  await theirs.waitForURL(/\/admin/);
  await context.close();
}

/** In the dialog that takes the root key away: saved, used to sign a bundle by the program for that, and erased here. */
async function takeRootOffline(page: Page, machine: Machine): Promise<void> {
  const passphrase = "four words that nobody guesses";
  const save = async (name: string, button: string) => {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: button }).click();
    await (await saved).saveAs(machine.path(name));
  };
  await page.getByLabel("Passphrase").fill(passphrase);
  await save("root-key.pem", "Save the key");
  await page.getByRole("button", { name: "Prepare the bundle" }).click();
  await save("bundle.txt", "Download what is to be signed");
  const argv = [
    join(ROOT, "scripts/sign-bundle.mjs"),
    machine.path("root-key.pem"),
    machine.path("bundle.txt"),
  ];
  const env = { ...process.env, SIGNET_ROOT_PASSPHRASE: passphrase };
  const { stdout } = await run(process.execPath, argv, { env });
  await page.getByLabel("The signed bundle").fill(stdout);
  await page.getByRole("button", { name: "Put it in force" }).click();
}

async function issueHundred(page: Page): Promise<void> {
  await page.goto("/admin/licenses/new");
  await page.getByRole("combobox", { name: "Customer" }).fill("First");
  await page.getByRole("option", { name: "First customer" }).click();
  await page.getByRole("textbox", { name: "How many" }).fill("100");
  await page.getByRole("button", { name: /^Issue .*licenses?$/ }).click();
}
