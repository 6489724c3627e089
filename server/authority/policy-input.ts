import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { policyRules } from "../domain/policy.ts";
import { codeField, descriptionField, nameField } from "./input.ts";

export const policyFields = z.strictObject({
  code: codeField,
  name: nameField,
  description: descriptionField,
});
export type PolicyFields = z.output<typeof policyFields>;

export const policyChange = policyFields.pick({ name: true, description: true });
export type PolicyChange = z.output<typeof policyChange>;

export const policyId = z.strictObject({ id: idOf("policy") });
export const listPolicies = z.strictObject({ productId: idOf("product").optional() }).prefault({});
export const diffVersions = z.strictObject({ from: idOf("policyVersion"), to: idOf("policyVersion") });
export const createPolicy = policyFields.extend({
  productId: idOf("product"),
  /** What to start from; the default rules when left out. */
  rules: policyRules.optional(),
});
export const updatePolicy = policyChange.extend({ id: idOf("policy") });
/** The `revision` that was looked at: what somebody changed after it is neither overwritten, published nor dropped unseen. */
const basedOn = z.int("Say which revision this goes by.").min(0);
export const editPolicy = policyId.extend({ basedOn });
export const savePolicyDraft = editPolicy.extend({ rules: policyRules });
export const archivePolicy = z.strictObject({
  id: idOf("policy"),
  archived: z.boolean("Say whether it is to be archived: true or false."),
});
/** Which licenses of a policy; what is left out does not narrow them. */
const moveFilter = {
  fromVersionIds: z.array(idOf("policyVersion")).min(1, "Choose at least one version.").max(1_000).optional(),
  customerId: idOf("customer").optional(),
  licenseIds: z
    .array(idOf("license"))
    .min(1, "Choose at least one license.")
    .max(500, "Choose at most 500 licenses at once.")
    .optional(),
  withoutOwnTerms: z.boolean("Say true or false.").optional(),
};
export const policyImpact = z.strictObject({
  policyId: idOf("policy"),
  /** The draft when left out. */
  versionId: idOf("policyVersion").optional(),
  ...moveFilter,
});
export const moveLicenses = z.strictObject({
  policyId: idOf("policy"),
  versionId: idOf("policyVersion"),
  ...moveFilter,
  /** The `next` of the call before; leave out to begin. */
  after: idOf("license").nullish(),
});
