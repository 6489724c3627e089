import { contradictions, type PolicyRules, policyRules } from "#server/domain/policy.ts";

/** Rules as they stand in a form: any number may be missing while it is typed. */
export type Editable<T> = T extends number
  ? number | null
  : T extends string | boolean | null
    ? T
    : { [Name in keyof T]: Editable<T[Name]> };
export type EditableRules = Editable<PolicyRules>;

/** What a product has to grant, as far as a policy needs it. Archived entries are there to be named, not to be granted. */
export interface Catalog {
  readonly features: readonly {
    readonly code: string;
    readonly name: string;
    readonly description: string;
    readonly kind: "flag" | "limit" | "value";
    readonly archivedAt: Date | null;
  }[];
  readonly meters: readonly {
    readonly code: string;
    readonly name: string;
    readonly unit: string;
    readonly archivedAt: Date | null;
  }[];
}

/** Path (`meters.minutes.period`) → what is wrong there. */
export type Problems = Readonly<Record<string, string>>;

/** The rules a form holds, or, where they cannot be read or do not go together, what is wrong with them. */
export function readRules(
  edited: EditableRules,
  catalog: Catalog,
): { readonly rules: PolicyRules | undefined; readonly problems: Problems } {
  const parsed = policyRules.safeParse(edited);
  if (!parsed.success) {
    return {
      rules: undefined,
      problems: firstOfEach(parsed.error.issues.map(({ path, message }) => [path.join("."), message])),
    };
  }
  const found = contradictions(parsed.data, {
    features: Object.fromEntries(catalog.features.filter(isLive).map(({ code, kind }) => [code, kind])),
    meters: catalog.meters.filter(isLive).map(({ code }) => code),
  });
  return {
    rules: parsed.data,
    problems: firstOfEach(found.map(({ pointer, message }) => [pathOf(pointer), message])),
  };
}

export function isLive({ archivedAt }: { readonly archivedAt: Date | null }): boolean {
  return archivedAt === null;
}

function pathOf(pointer: string): string {
  return pointer.slice(1).replaceAll("/", ".");
}

function firstOfEach(entries: readonly (readonly [string, string])[]): Problems {
  return Object.fromEntries([...entries].reverse());
}
