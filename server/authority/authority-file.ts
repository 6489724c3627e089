import { isCollection, LineCounter, parseDocument, stringify } from "yaml";
import { z } from "zod";
import { type AuthorityState, byCode } from "../domain/authority-plan.ts";
import { type FieldError, SignetError } from "../domain/errors.ts";
import { DEFAULT_RULES, type PolicyRules, policyRules } from "../domain/policy.ts";
import { codeField } from "./input.ts";
import { policyFields } from "./policy-input.ts";
import { featureFields, meterFields, productFields } from "./product-input.ts";

const FORMAT = 1;
const ERRORS_MAX = 50;

const archived = z.boolean("must be true or false.").default(false);
/** A rule that is left out is as in a new policy. */
const rules = policyRules
  .partial()
  .transform((given) => policyRules.parse({ ...DEFAULT_RULES, ...JSON.parse(JSON.stringify(given)) }));
const records = <Value extends z.ZodType>(value: Value) => z.record(codeField, value).default({});

const authorityFile = z.strictObject({
  signet: z.literal(FORMAT, `must be ${FORMAT}: this server reads no other format.`),
  products: records(
    productFields.omit({ code: true }).extend({
      archived,
      features: records(featureFields.omit({ code: true }).extend({ archived })),
      meters: records(meterFields.omit({ code: true }).extend({ archived })),
      policies: records(
        policyFields.omit({ code: true }).extend({
          archived,
          rules: rules.nullable().default(null),
          draft: rules.nullable().default(null),
        }),
      ),
    }),
  ),
});

export interface AuthorityFile {
  readonly state: AuthorityState;
  /** Errors about what stands at these paths, each with its line. Throws them. */
  refuse(problems: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): never;
}

/** Reads a file of definitions. Throws `invalid_request` naming each line that is wrong, where it is and what it must be. */
export function readAuthorityFile(text: string): AuthorityFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, customTags: [] });
  const lineAt = (offset: number) => lines.linePos(offset).line;

  function lineOf(path: readonly PropertyKey[]): number {
    let node: unknown = document.contents;
    let line = 1;
    for (const key of path) {
      if (!isCollection(node)) break;
      const pair = "items" in node ? node.items.find((item) => keyOf(item) === String(key)) : undefined;
      const range = rangeOf(pair);
      if (range !== undefined) line = lineAt(range);
      node = node.get(key, true);
    }
    return line;
  }

  function refuse(
    problems: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
  ): never {
    const told = problems.map(({ path, message }) => ({
      line: lineOf(path),
      text: path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`,
    }));
    throw refusal(told.sort((a, b) => a.line - b.line));
  }

  const [broken] = document.errors;
  if (broken !== undefined)
    throw refusal([{ line: lineAt(broken.pos[0]), text: broken.message.split(/ at line \d/)[0] ?? "" }]);
  const parsed = authorityFile.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return { state: { products: parsed.data.products }, refuse };
  return refuse(
    parsed.error.issues.flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({ path: [...issue.path, key], message: "is not known; leave it out." }))
        : [{ path: issue.path, message: issue.message }],
    ),
  );
}

function keyOf(item: unknown): string | undefined {
  const key: unknown = Reflect.get(Object(item), "key");
  return key === undefined ? undefined : String(Reflect.get(Object(key), "value"));
}

function rangeOf(pair: unknown): number | undefined {
  const range: unknown = Reflect.get(Object(Reflect.get(Object(pair), "key")), "range");
  return Array.isArray(range) && typeof range[0] === "number" ? range[0] : undefined;
}

function refusal(found: readonly { readonly line: number; readonly text: string }[]): SignetError {
  const errors: FieldError[] = found
    .slice(0, ERRORS_MAX)
    .map(({ line, text }) => ({ pointer: "/document", message: `line ${line}: ${text}` }));
  const [first] = errors;
  const more = found.length > 1 ? ` (and ${found.length - 1} more)` : "";
  return new SignetError("invalid_request", `${first?.message ?? "The file cannot be read."}${more}`, {
    errors,
  });
}

const HEADER = `# What this vendor's account defines: products with their features, meters and policies, by code.
# Apply it with: signet authority plan FILE, then signet authority apply FILE
# What stands here is created, changed or published; what is not named stays as it is, and nothing is ever deleted.
# A policy's "rules" are its published version; "draft" is what is not published yet. A rule left out is as in a new policy.
`;

/** The same state gives the same text: sorted by code, without times or ids, so that only real changes show in version control. */
export function writeAuthorityFile(state: AuthorityState): string {
  const entries = <Value>(group: Readonly<Record<string, Value>>, write: (value: Value) => object) =>
    Object.fromEntries(byCode(group).map(([code, value]) => [code, write(value)]));
  const put = ({ archived: isArchived, ...fields }: { readonly archived: boolean }) => ({
    ...fields,
    ...(isArchived ? { archived: true } : {}),
  });
  const products = entries(state.products, ({ features, meters, policies, ...product }) => ({
    ...put(product),
    features: entries(features, put),
    meters: entries(meters, put),
    policies: entries(policies, ({ rules: published, draft, ...policy }) => ({
      ...put(policy),
      ...(published === null ? {} : { rules: sortedRules(published) }),
      ...(draft === null ? {} : { draft: sortedRules(draft) }),
    })),
  }));
  return HEADER + stringify({ signet: FORMAT, products }, { lineWidth: 120 });
}

/** In the order of the fields, and what is named by code in the order of codes. */
function sortedRules({ reservedSeats, meters, features, ...single }: PolicyRules): object {
  const ordered = Object.fromEntries(
    policyRules.keyof().options.flatMap((name) => {
      const value = Object.entries(single).find(([key]) => key === name);
      return value === undefined ? [] : [value];
    }),
  );
  const sorted = <Value>(group: Readonly<Record<string, Value>>) => Object.fromEntries(byCode(group));
  return {
    ...ordered,
    reservedSeats: sorted(reservedSeats),
    meters: sorted(meters),
    features: sorted(features),
  };
}
