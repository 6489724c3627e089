import { z } from "zod";
import { storedId } from "../domain/ids.ts";
import type { ImportColumnName, ImportMapping } from "../domain/license-import.ts";
import { type PolicyOverrides, type PolicyRules, policyRules } from "../domain/policy.ts";
import type { CsvFile, CsvRow } from "./csv-file.ts";
import { emailField, nameField, optionalText } from "./input.ts";
import type { RowPlan } from "./license-batch-input.ts";
import { type ProductCatalog, unfitReason } from "./policy-rules.ts";

/** What is wrong with one cell of a file, and what to do about it. */
export interface RowProblem {
  readonly line: number;
  /** Null: the whole row. */
  readonly column: ImportColumnName | null;
  readonly value: string;
  readonly message: string;
}

/** A policy that rows may name, with what new licenses are issued under. */
export interface ImportPolicy {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly archived: boolean;
  readonly product: ProductCatalog & { readonly code: string; readonly name: string };
  /** Undefined: never published. */
  readonly version: { readonly id: string; readonly rules: PolicyRules } | undefined;
}

export interface ImportCatalog {
  readonly policies: readonly ImportPolicy[];
  /** Of the rows that name none. */
  readonly policyId: string | null;
  /** Those that the file names, by name and by id. */
  readonly customers: readonly { readonly id: string; readonly name: string; readonly archived: boolean }[];
  readonly now: Date;
}

export interface PlannedRow {
  readonly line: number;
  readonly plan: RowPlan;
  readonly policy: ImportPolicy;
}

export interface ImportPlan {
  readonly planned: readonly PlannedRow[];
  /** In the order of the file. */
  readonly problems: readonly RowProblem[];
}

class Wrong extends Error {
  readonly column: ImportColumnName;
  constructor(column: ImportColumnName, message: string) {
    super(message);
    this.column = column;
  }
}

/** What each row of a file comes to, and everything that is wrong with those that come to nothing. */
export function planImport(file: CsvFile, mapping: ImportMapping, catalog: ImportCatalog): ImportPlan {
  const planned: PlannedRow[] = [];
  const problems: RowProblem[] = [];
  const reader = createRowReader(catalog);
  for (const row of file.rows) {
    const cell = (name: ImportColumnName) => cellOf(row, mapping, name);
    const result = reader(cell);
    if (result.ok) planned.push({ line: row.line, ...result.value });
    else
      for (const { column, message } of result.wrong)
        problems.push({ line: row.line, column, value: cell(column), message });
  }
  return { planned, problems };
}

export function cellOf({ cells }: CsvRow, mapping: ImportMapping, name: ImportColumnName): string {
  const index = mapping[name];
  return index === null ? "" : (cells[index] ?? "");
}

type Cell = (name: ImportColumnName) => string;
type Read =
  | { readonly ok: true; readonly value: { readonly plan: RowPlan; readonly policy: ImportPolicy } }
  | { readonly ok: false; readonly wrong: readonly Wrong[] };

function createRowReader(catalog: ImportCatalog): (cell: Cell) => Read {
  const byName = new Map(catalog.customers.map((customer) => [customer.name, customer]));
  const byId = new Map(catalog.customers.map((customer) => [customer.id, customer]));
  const byCode = Map.groupBy(catalog.policies, ({ code }) => code);
  const given = catalog.policies.find(({ id }) => id === catalog.policyId);
  /** Each new customer once for all its rows, so that an address in any of them is there whichever is issued first. */
  const added = new Map<string, { name: string; email: string | null }>();
  const fits = new Map<string, string | undefined>();

  function customerOf(cell: Cell): RowPlan["customer"] {
    const text = cell("customer");
    if (text === "") throw new Wrong("customer", "Write the customer's name, or its id.");
    const id = storedId("customer", text);
    const known = id === undefined ? byName.get(text) : byId.get(id);
    if (known?.archived === true)
      throw new Wrong("customer", "This customer is archived; restore it first, or name another.");
    if (known !== undefined) return { id: known.id };
    if (id !== undefined)
      throw new Wrong("customer", "You have no customer of this id; check it, or write the name.");
    const name = read("customer", nameField, text);
    const written = cell("customer_email");
    const email = written === "" ? null : read("customer_email", emailField, written);
    const customer = added.get(name) ?? { name, email };
    const { email: before } = customer;
    if (before && email && before !== email)
      throw new Wrong(
        "customer_email",
        `An earlier row gives this new customer another address, ${before}; keep one.`,
      );
    customer.email ??= email;
    added.set(name, customer);
    return customer;
  }

  function policyOf(cell: Cell): ImportPolicy {
    const code = cell("policy");
    if (code === "") {
      if (given !== undefined) return usable(given);
      throw new Wrong("policy", "Write the code of a policy, or choose one for all rows that name none.");
    }
    const product = cell("product");
    const named = (byCode.get(code) ?? []).filter((each) => product === "" || each.product.code === product);
    const [only, another] = named.length > 1 ? named.filter(({ archived }) => !archived) : named;
    if (only === undefined)
      throw new Wrong(
        "policy",
        product === ""
          ? "You have no policy of this code."
          : `Product ${product} has no policy of this code.`,
      );
    if (another !== undefined)
      throw new Wrong(
        "product",
        `Policies of ${only.product.code} and ${another.product.code} have this code; write which product.`,
      );
    return usable(only);
  }

  function overridesOf(cell: Cell, policy: ImportPolicy, rules: PolicyRules): PolicyOverrides {
    const devices = cell("devices");
    const seats = cell("seats");
    const overrides: PolicyOverrides = {
      ...(devices === ""
        ? {}
        : {
            activationsMax:
              devices.toLowerCase() === "unlimited" ? null : read("devices", deviceCount, devices),
          }),
      ...(seats === "" ? {} : { seats: read("seats", seatCount, seats) }),
    };
    const key = `${policy.id} ${JSON.stringify(overrides)}`;
    if (!fits.has(key)) fits.set(key, unfitReason(rules, overrides, policy.product));
    const unfit = fits.get(key);
    if (unfit !== undefined)
      throw new Wrong(
        seats === "" ? "devices" : "seats",
        `This does not go together with the policy: ${unfit}`,
      );
    return overrides;
  }

  function timesOf(cell: Cell, rules: PolicyRules): Pick<RowPlan, "startsAt" | "expiresAt"> {
    const [starts, expires] = [cell("starts_at"), cell("expires_at")];
    const startsAt = starts === "" ? null : dayOf("starts_at", starts, "T00:00:00.000Z");
    const expiresAt = expires === "" ? null : dayOf("expires_at", expires, "T23:59:59.999Z");
    const column = startsAt === null ? "expires_at" : "starts_at";
    if (rules.validFrom === "first_activation" && (startsAt ?? expiresAt) !== null)
      throw new Wrong(column, "This policy counts from the first activation; leave it empty.");
    if (expiresAt !== null && rules.durationDays === null)
      throw new Wrong(
        "expires_at",
        "Licenses of this policy never end; leave it empty, or name another policy.",
      );
    if (expiresAt !== null && expiresAt <= (startsAt ?? catalog.now.toISOString()))
      throw new Wrong("expires_at", "This lies before the license begins; write a later day.");
    return { startsAt, expiresAt };
  }

  return (cell) => {
    const wrong: Wrong[] = [];
    const customer = attempt(wrong, () => customerOf(cell));
    const policy = attempt(wrong, () => policyOf(cell));
    const note = attempt(wrong, () => read("note", noteText, cell("note")));
    const rules = policy?.version?.rules;
    const overrides = rules && policy && attempt(wrong, () => overridesOf(cell, policy, rules));
    const times = rules && attempt(wrong, () => timesOf(cell, rules));
    const versionId = policy?.version?.id;
    if (customer && policy && versionId && note !== undefined && overrides && times)
      return { ok: true, value: { policy, plan: { customer, versionId, note, overrides, ...times } } };
    return { ok: false, wrong };
  };
}

function usable(policy: ImportPolicy): ImportPolicy {
  if (policy.archived) throw new Wrong("policy", "This policy or its product is archived; restore it first.");
  if (policy.version === undefined)
    throw new Wrong("policy", "This policy was never published; publish it first.");
  return policy;
}

/** What a cell comes to; what is wrong with it is put with the rest, so that a row tells everything at once. */
function attempt<T>(wrong: Wrong[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    wrong.push(error);
    return undefined;
  }
}

function read<T>(column: ImportColumnName, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Wrong(column, parsed.error.issues[0]?.message ?? "This cannot be read.");
}

const digits = z
  .string()
  .regex(/^\d{1,9}$/, "Write a whole number, in digits alone.")
  .transform(Number);
const deviceCount = digits.pipe(policyRules.shape.activationsMax.unwrap());
const seatCount = digits.pipe(policyRules.shape.seats);
const noteText = optionalText(2_000);

/** A day in UTC; a moment is one too. */
function dayOf(column: ImportColumnName, text: string, time: string): string {
  const day = z.iso.date().safeParse(text);
  const moment = z.iso.datetime({ offset: true }).safeParse(text);
  const at = day.success
    ? new Date(`${day.data}${time}`)
    : moment.success
      ? new Date(moment.data)
      : undefined;
  if (at === undefined) throw new Wrong(column, "Write the day as year, month, day: 2027-12-31.");
  const year = at.getUTCFullYear();
  if (year < 1970 || year >= 9000) throw new Wrong(column, "Write a day between 1970 and 9000.");
  return at.toISOString();
}
