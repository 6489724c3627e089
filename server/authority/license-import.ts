import { createHash } from "node:crypto";
import { canonicalJson } from "../domain/canonical-json.ts";
import { SignetError } from "../domain/errors.ts";
import { storedId } from "../domain/ids.ts";
import {
  guessMapping,
  IMPORT_COLUMN_NAMES,
  IMPORT_COLUMNS,
  IMPORT_ROWS_MAX,
  type ImportColumnName,
  type ImportMapping,
} from "../domain/license-import.ts";
import { policyRules } from "../domain/policy.ts";
import { type CsvFile, readCsv } from "./csv-file.ts";
import { findCustomersNamed } from "./customer-store.ts";
import { cellOf, type ImportPlan, type ImportPolicy, planImport } from "./import-plan.ts";
import type { CheckImport } from "./license-batch-input.ts";
import { findPoliciesForImport } from "./policy-store.ts";
import type { Tx } from "./ports.ts";

export interface ReadImport extends ImportPlan {
  readonly file: CsvFile;
  readonly mapping: ImportMapping;
  /** Of everything that decides what is issued. */
  readonly requestHash: Buffer<ArrayBuffer>;
}

/**
 * What a file comes to at this moment, without changing anything. Throws `invalid_request` when it is no table.
 */
export async function readImport(
  tx: Tx,
  tenantId: string,
  request: CheckImport,
  now: Date,
): Promise<ReadImport> {
  const { csv, policyId } = request;
  const whole = readCsv(csv, IMPORT_ROWS_MAX);
  const mapping = withinFile({ ...guessMapping(whole.headings), ...request.mapping }, whole);
  const file = missingColumns(mapping).length === 0 ? whole : { ...whole, rows: [] };
  const distinct = (name: ImportColumnName) => [
    ...new Set(file.rows.map((row) => cellOf(row, mapping, name))),
  ];
  const names = distinct("customer");
  const customers = await findCustomersNamed(
    tx,
    tenantId,
    names,
    names.flatMap((text) => storedId("customer", text) ?? []),
  );
  const policies = await findPoliciesForImport(tx, tenantId, distinct("policy"), policyId);
  const plan = planImport(file, mapping, {
    policies: policies.map(asImportPolicy),
    policyId,
    customers: customers.map(({ id, name, archivedAt }) => ({ id, name, archived: archivedAt !== null })),
    now,
  });
  const requestHash = createHash("sha256").update(canonicalJson({ csv, mapping, policyId })).digest();
  return { ...plan, file: whole, mapping, requestHash };
}

function withinFile(mapping: ImportMapping, { headings }: CsvFile): ImportMapping {
  for (const [name, index] of Object.entries(mapping)) {
    if (index !== null && index >= headings.length)
      throw new SignetError(
        "invalid_request",
        `The file has no column for ${name}; choose the columns again.`,
      );
  }
  return mapping;
}

/** The columns that every file must have and this one has not; then nothing can be said of its rows. */
export function missingColumns(mapping: ImportMapping): ImportColumnName[] {
  return IMPORT_COLUMN_NAMES.filter((name) => IMPORT_COLUMNS[name].required && mapping[name] === null);
}

type FoundPolicy = Awaited<ReturnType<typeof findPoliciesForImport>>[number];

function asImportPolicy({ id, code, name, archivedAt, product, versions }: FoundPolicy): ImportPolicy {
  const [version] = versions;
  return {
    id,
    code,
    name,
    archived: archivedAt !== null || product.archivedAt !== null,
    product,
    version: version && { id: version.id, rules: policyRules.parse(version.rules) },
  };
}
