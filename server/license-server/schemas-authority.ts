import { z } from "zod";
import { namedSchemas } from "./schemas-common.ts";

/** Within the limit of a body, with room for its escapes. */
const DOCUMENT_LENGTH_MAX = 200_000;

const document = z
  .string("Send the file's text.")
  .min(1, "Send the file's text.")
  .max(DOCUMENT_LENGTH_MAX, "The file is too long: at most 200,000 characters.");

export const planAuthorityRequest = z
  .strictObject({ document })
  .register(namedSchemas, { id: "PlanAuthorityRequest" });

export const applyAuthorityRequest = z
  .strictObject({
    document,
    /** The `state` of the plan that was looked at. */
    state: z.string("Send the state that the plan answered with.").min(1).max(100),
  })
  .register(namedSchemas, { id: "ApplyAuthorityRequest" });

/** A field's value, or a rule's. */
export const changedValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.strictObject({ atLeast: z.number() }),
]);
const step = z.strictObject({
  action: z.enum(["create", "update", "restore", "publish", "draft", "archive"]),
  kind: z.enum(["product", "feature", "meter", "policy"]),
  product: z.string(),
  code: z.string(),
  changes: z.array(
    z.strictObject({
      path: z.string(),
      before: changedValue.exactOptional(),
      after: changedValue.exactOptional(),
    }),
  ),
});

export const authorityPlanResponse = z
  .strictObject({
    state: z.string(),
    steps: z.array(step),
    missing: z.array(z.string()),
  })
  .register(namedSchemas, { id: "AuthorityPlan" });
