import { writeFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { type AuthorityPlan, type AuthorityStep, authorityServer } from "./authority-server.ts";
import { type Call, type Command, type Outcome, usageError } from "./command.ts";
import { CliError } from "./failure.ts";
import { fileText } from "./file-input.ts";

const ACTIONS = { export: exportFile, plan: planFile, apply: applyFile } as const;
const NAMES = ["export", "plan", "apply"] as const;

export const authority: Command = {
  name: "authority",
  summary:
    "for the vendor: products and policies as a file, to review and to apply to an account (SIGNET_API_KEY)",
  parameters: ["export [FILE] | plan FILE | apply FILE"],
  argumentsMax: 2,
  choices: NAMES,
  options: [{ name: "yes", summary: "with apply: do not ask before it is done" }],
  async run(call) {
    const [name, file] = call.arguments;
    const action = NAMES.find((known) => known === name);
    if (action === undefined) throw usageError(`What to do is one of ${NAMES.join(", ")}.`);
    return ACTIONS[action](call, file);
  },
};

async function exportFile(call: Call, path: string | undefined): Promise<Outcome> {
  const text = await authorityServer(call).export();
  if (path === undefined || path === "-") return { result: { document: text }, text: text.trimEnd() };
  try {
    await writeFile(path, text);
  } catch {
    throw new CliError(
      "disk",
      "file_not_written",
      `${path} could not be written.`,
      "Check its name and permissions.",
    );
  }
  return { result: { file: path }, text: `Wrote ${path}.` };
}

async function planFile(call: Call, path: string | undefined): Promise<Outcome> {
  const plan = await authorityServer(call).plan(await documentIn(call, path));
  return { result: plan, text: planText(call, plan) };
}

async function applyFile(call: Call, path: string | undefined): Promise<Outcome> {
  const server = authorityServer(call);
  const document = await documentIn(call, path);
  const plan = await server.plan(document);
  if (plan.steps.length === 0) return { result: plan, text: planText(call, plan) };
  if (call.values.yes !== true) {
    if (!call.surroundings.isTerminal("stdin") || path === "-")
      throw usageError(
        "Nobody can be asked here whether to apply it.",
        "Look at `signet authority plan FILE`, then pass --yes.",
      );
    call.surroundings.err(`${planText(call, plan)}\n`);
    if (!(await confirmed(`Apply to ${server.tenant} at ${server.address}? [y/N] `)))
      return { result: { ...plan, steps: [] }, text: "Nothing was changed." };
  }
  // As it was planned: an account that changed meanwhile is refused.
  const done = await server.apply(document, plan.state);
  return { result: done, text: `${planText(call, done)}\nApplied.` };
}

async function documentIn(call: Call, path: string | undefined): Promise<string> {
  if (path === undefined) throw usageError("Name the file: `signet authority plan FILE`.");
  return fileText(call, path);
}

async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

const VERBS: Readonly<Record<string, readonly [string, "green" | "yellow" | "red"]>> = {
  create: ["create", "green"],
  update: ["change", "yellow"],
  restore: ["restore", "yellow"],
  publish: ["publish", "green"],
  draft: ["save draft of", "yellow"],
  archive: ["archive", "red"],
};

function planText(call: Call, { steps, missing }: AuthorityPlan): string {
  return [
    ...(steps.length === 0
      ? ["Nothing to change: the account says what the file says."]
      : steps.flatMap((step) => stepLines(call, step))),
    ...(missing.length === 0
      ? []
      : ["Not in the file, and left as it is:", ...missing.map((path) => `  ${path}`)]),
  ].join("\n");
}

function stepLines(call: Call, { action, kind, product, code, changes }: AuthorityStep): string[] {
  const [verb, colour] = VERBS[action] ?? [action, "yellow"];
  const name = kind === "product" ? code : `${product}/${code}`;
  const shown = action === "create" ? [] : changes;
  return [
    `${call.paint(colour, verb)} ${kind} ${name}`,
    ...shown.map(({ path, before, after }) => `    ${path}: ${valueText(before)} → ${valueText(after)}`),
  ];
}

function valueText(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
