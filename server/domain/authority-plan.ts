import { canonicalJson, type JsonValue } from "./canonical-json.ts";
import { contradictions, type PolicyRules } from "./policy.ts";
import { policyDiff, type RuleChange } from "./policy-diff.ts";

/** What a vendor defines, by code and never by id: the same in every account. */
export interface AuthorityState {
  readonly products: Readonly<Record<string, ProductState>>;
}
export interface ProductState {
  readonly name: string;
  readonly description: string;
  readonly keyPrefix: string;
  readonly archived: boolean;
  readonly features: Readonly<Record<string, FeatureState>>;
  readonly meters: Readonly<Record<string, MeterState>>;
  readonly policies: Readonly<Record<string, PolicyState>>;
}
export interface FeatureState {
  readonly name: string;
  readonly description: string;
  readonly kind: "flag" | "limit" | "value";
  readonly archived: boolean;
}
export interface MeterState {
  readonly name: string;
  readonly unit: string;
  readonly archived: boolean;
}
export interface PolicyState {
  readonly name: string;
  readonly description: string;
  readonly archived: boolean;
  /** As published last; null: never. */
  readonly rules: PolicyRules | null;
  /** What is not published yet; null: nothing. */
  readonly draft: PolicyRules | null;
}

export type EntryKind = "product" | "feature" | "meter" | "policy";
export type StepAction = "create" | "update" | "restore" | "publish" | "draft" | "archive";

/** One change to an account. */
export interface AuthorityStep {
  readonly action: StepAction;
  readonly kind: EntryKind;
  /** The product's code, and behind it that of what belongs to it. */
  readonly product: string;
  readonly code: string;
  /** What becomes of what: fields, or for `publish` and `draft` rules. */
  readonly changes: readonly RuleChange[];
}

export interface AuthorityPlan {
  /** In the order in which they can be done. */
  readonly steps: readonly AuthorityStep[];
  /** What the account has and the file does not name. It stays as it is. */
  readonly missing: readonly string[];
  /** Why it cannot be done: where, and what to do about it. */
  readonly problems: readonly { readonly path: readonly string[]; readonly message: string }[];
}

const ORDER: readonly StepAction[] = ["create", "update", "restore", "publish", "draft", "archive"];
const KINDS: readonly EntryKind[] = ["product", "feature", "meter", "policy"];

/** What must be done so that an account says what a file says. Nothing is ever removed because it is not named. */
export function planAuthority(current: AuthorityState, wanted: AuthorityState): AuthorityPlan {
  const steps: AuthorityStep[] = [];
  const missing: string[] = [];
  const problems: { path: readonly string[]; message: string }[] = [];
  for (const [code, product] of byCode(wanted.products)) {
    const known = own(current.products, code);
    const path = ["products", code];
    entrySteps(steps, { kind: "product", product: code, code }, known && fieldsOf(known), fieldsOf(product));
    if (known !== undefined && known.keyPrefix !== product.keyPrefix)
      problems.push({ path: [...path, "keyPrefix"], message: `It is ${known.keyPrefix} and never changes.` });
    for (const [other, { keyPrefix }] of Object.entries({ ...current.products, ...wanted.products }))
      if (other !== code && known === undefined && keyPrefix === product.keyPrefix)
        problems.push({ path: [...path, "keyPrefix"], message: `The product ${other} has it already.` });

    for (const kind of ["feature", "meter"] as const) {
      const group = kind === "feature" ? "features" : "meters";
      for (const [entry, fields] of byCode<FeatureState | MeterState>(product[group])) {
        const before = known && own<FeatureState | MeterState>(known[group], entry);
        entrySteps(steps, { kind, product: code, code: entry }, before && { ...before }, { ...fields });
        if (before && "kind" in before && "kind" in fields && before.kind !== fields.kind)
          problems.push({
            path: [...path, group, entry, "kind"],
            message: `It is a ${before.kind} and never changes.`,
          });
      }
      missing.push(...unnamed(known?.[group], product[group], `products.${code}.${group}`));
    }
    for (const [entry, policy] of byCode(product.policies)) {
      const before = known && own(known.policies, entry);
      const where = [...path, "policies", entry];
      policySteps(steps, { kind: "policy", product: code, code: entry }, before, policy);
      problems.push(...policyProblems(before, policy, catalogOf(known, product), where));
      if (policy.draft === null && before?.draft) missing.push(`${where.join(".")}.draft`);
    }
    missing.push(...unnamed(known?.policies, product.policies, `products.${code}.policies`));
  }
  missing.push(...unnamed(current.products, wanted.products, "products"));
  steps.sort(
    (a, b) =>
      ORDER.indexOf(a.action) - ORDER.indexOf(b.action) ||
      (KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind)) * (a.action === "archive" ? -1 : 1),
  );
  return { steps, missing: missing.sort(), problems };
}

type Named = Pick<AuthorityStep, "kind" | "product" | "code">;
type Fields = Readonly<Record<string, string | boolean>>;

/** Creates, changes, brings back or puts away one entry. */
function entrySteps(steps: AuthorityStep[], named: Named, before: Fields | undefined, after: Fields): void {
  const changes = Object.entries(after).flatMap(([path, value]): RuleChange[] =>
    path === "archived" || before?.[path] === value ? [] : [{ path, before: before?.[path], after: value }],
  );
  if (before === undefined || changes.length > 0)
    steps.push({ ...named, action: before === undefined ? "create" : "update", changes });
  if ((before?.archived ?? false) !== after.archived)
    steps.push({ ...named, action: after.archived ? "archive" : "restore", changes: [] });
}

function policySteps(
  steps: AuthorityStep[],
  named: Named,
  before: PolicyState | undefined,
  { rules, draft, ...fields }: PolicyState,
): void {
  const { rules: published = null, draft: drafted = null, ...known } = before ?? {};
  entrySteps(steps, named, before && fieldsOf(known), fieldsOf(fields));
  if (rules !== null && !isSame(rules, published))
    steps.push({ ...named, action: "publish", changes: changesOf(published, rules) });
  const inForce = rules ?? published;
  if (draft !== null && !isSame(draft, drafted) && !isSame(draft, inForce))
    steps.push({ ...named, action: "draft", changes: changesOf(inForce, draft) });
}

function policyProblems(
  before: PolicyState | undefined,
  policy: PolicyState,
  catalog: Parameters<typeof contradictions>[1],
  path: readonly string[],
) {
  const found: { path: readonly string[]; message: string }[] = [];
  for (const name of ["rules", "draft"] as const) {
    const rules = policy[name];
    if (rules === null || isSame(rules, before?.[name] ?? null)) continue;
    for (const { pointer, message } of contradictions(rules, catalog))
      found.push({ path: [...path, name, ...pointer.slice(1).split("/")], message });
    if (before?.archived && policy.archived)
      found.push({ path: [...path, name], message: "This policy is archived: set archived to false first." });
  }
  return found;
}

/** What rules may name once the file is applied: what is archived they may not. */
function catalogOf(known: ProductState | undefined, wanted: ProductState) {
  const features = Object.entries({ ...known?.features, ...wanted.features });
  const meters = Object.entries({ ...known?.meters, ...wanted.meters });
  return {
    features: Object.fromEntries(
      features.flatMap(([code, { kind, archived }]) => (archived ? [] : [[code, kind] as const])),
    ),
    meters: meters.flatMap(([code, { archived }]) => (archived ? [] : [code])),
  };
}

function changesOf(before: PolicyRules | null, after: PolicyRules): readonly RuleChange[] {
  return before === null ? [] : policyDiff(before, after);
}

function isSame(one: PolicyRules, other: PolicyRules | null): boolean {
  return other !== null && policyDiff(one, other).length === 0;
}

/** An entry's own fields, without what belongs to it. */
function fieldsOf(entry: object): Fields {
  return Object.fromEntries(
    Object.entries(entry).filter(
      (field): field is [string, string | boolean] =>
        typeof field[1] === "string" || typeof field[1] === "boolean",
    ),
  );
}

function unnamed(
  known: Readonly<Record<string, { readonly archived: boolean }>> | undefined,
  wanted: Readonly<Record<string, unknown>>,
  path: string,
): string[] {
  return Object.entries(known ?? {})
    .filter(([code, { archived }]) => !archived && !Object.hasOwn(wanted, code))
    .map(([code]) => `${path}.${code}`);
}

function own<Value>(entries: Readonly<Record<string, Value>>, code: string): Value | undefined {
  return Object.hasOwn(entries, code) ? entries[code] : undefined;
}

export function byCode<Value>(entries: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** One text for one state, however its keys are ordered: what a plan was made against. */
export function stateText(state: AuthorityState): string {
  return canonicalJson(JSON.parse(JSON.stringify(state)) as JsonValue);
}
