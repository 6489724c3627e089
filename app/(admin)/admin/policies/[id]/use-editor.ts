"use client";

import { useEffect, useState } from "react";
import { canonicalJson } from "#server/domain/canonical-json.ts";
import type { PolicyRules } from "#server/domain/policy.ts";
import { describeFailure, type Failure } from "../../../../_components/failure.ts";
import { placeErrors } from "../../../../_components/form-errors.ts";
import { type Catalog, type EditableRules, type Problems, readRules } from "../_rules/editable.ts";

/** The rules of one policy while they are edited. */
export interface Editor {
  readonly catalog: Catalog;
  readonly rules: EditableRules;
  /** What was last saved: the draft, or the published version while there is none. */
  readonly saved: PolicyRules;
  /** The revision of the policy that `saved` is of. */
  readonly basedOn: number;
  /** The last rules that could be read: what the sentence says. */
  readonly readable: PolicyRules;
  /** Undefined while a field is empty or out of bounds. */
  readonly valid: PolicyRules | undefined;
  readonly problems: Problems;
  readonly dirty: boolean;
  /** A refusal that belongs to no field. */
  readonly failure: Failure | undefined;
  set<Name extends keyof EditableRules>(name: Name, value: EditableRules[Name]): void;
  setMany(changes: Partial<EditableRules>): void;
  /** Begins again from what is saved. */
  reset(rules: PolicyRules, revision: number): void;
  markSaved(rules: PolicyRules, revision: number): void;
  /** Puts the server's refusal at its fields. */
  refuse(error: unknown): void;
}

export function useEditor(incoming: PolicyRules, revision: number, catalog: Catalog): Editor {
  const [saved, setSaved] = useState(incoming);
  const [basedOn, setBasedOn] = useState(revision);
  const [rules, setRules] = useState<EditableRules>(incoming);
  const [readable, setReadable] = useState(incoming);
  const [refused, setRefused] = useState<Problems>({});
  const [failure, setFailure] = useState<Failure>();
  const { rules: valid, problems } = readRules(rules, catalog);
  const dirty = canonicalJson(rules) !== canonicalJson(saved);

  function reset(to: PolicyRules, of: number) {
    setSaved(to);
    setBasedOn(of);
    setRules(to);
    setReadable(to);
    setRefused({});
    setFailure(undefined);
  }

  // What a colleague saved meanwhile is taken over, unless it would undo what is being typed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when other rules arrive.
  useEffect(() => {
    if (!dirty) reset(incoming, revision);
    else if (canonicalJson(incoming) === canonicalJson(saved)) setBasedOn(revision);
  }, [incoming, revision]);

  function setMany(changes: Partial<EditableRules>) {
    const next = { ...rules, ...changes };
    setRules(next);
    const read = readRules(next, catalog);
    if (read.rules !== undefined) setReadable(read.rules);
    const changed = Object.keys(changes);
    setRefused((known) =>
      Object.fromEntries(
        Object.entries(known).filter(([path]) => !changed.some((name) => path.split(".")[0] === name)),
      ),
    );
    setFailure(undefined);
  }

  return {
    catalog,
    rules,
    saved,
    basedOn,
    readable,
    valid,
    problems: { ...refused, ...problems },
    dirty,
    failure,
    set: (name, value) => setMany({ [name]: value }),
    setMany,
    reset,
    markSaved(rules, of) {
      setSaved(rules);
      setBasedOn(of);
    },
    refuse(error) {
      const described = describeFailure(error);
      const { fields, rest } = placeErrors(described.errors, { rules });
      setRefused(
        Object.fromEntries(
          Object.entries(fields).map(([path, message]) => [path.replace(/^rules\./, ""), message]),
        ),
      );
      if (Object.keys(fields).length === 0) setFailure(described);
      else setFailure(rest.length > 0 ? { ...described, message: rest.join(" ") } : undefined);
    },
  };
}
