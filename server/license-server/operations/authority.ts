import { z } from "zod";
import type { Doors } from "../doors.ts";
import { defineOperation, NOTHING, type Operation, reply } from "../operation.ts";
import { tenantParams } from "../schemas.ts";
import {
  applyAuthorityRequest,
  authorityPlanResponse,
  changedValue,
  planAuthorityRequest,
} from "../schemas-authority.ts";
import type { AuthorityFilesService, PlannedAuthority } from "../services-authority.ts";

const DOCUMENT =
  "signet: 1\nproducts:\n  renderer:\n    name: Renderer\n    keyPrefix: RNDR\n    policies:\n      studio:\n        name: Studio\n        rules:\n          activationsMax: 3\n";
const EXAMPLE = {
  state: "w6uP8Tcg6K2QR905Rms8iXTlksL6OD1KOWBxTK7wxPI",
  steps: [
    {
      action: "publish",
      kind: "policy",
      product: "renderer",
      code: "studio",
      changes: [{ path: "activationsMax", before: 2, after: 3 }],
    },
  ],
  missing: ["products.renderer.policies.trial"],
};

/** Products, features, meters and policies as a file that can be reviewed and applied to another account. */
export function authorityOperations(doors: Doors, files: AuthorityFilesService): Operation[] {
  return [
    defineOperation({
      id: "exportAuthority",
      method: "GET",
      path: "/v1/{tenant}/authority",
      summary: "Export what the vendor defines",
      description:
        "Products with their features, meters and policies as YAML, by code and sorted: the same account always gives the same text.",
      door: doors.apiKey("authority:read"),
      params: tenantParams,
      body: NOTHING,
      denials: [],
      responses: {
        200: {
          description: "The file.",
          contentType: "application/yaml",
          schema: z.string(),
          example: DOCUMENT,
          headers: { "cache-control": "`no-store`." },
        },
      },
      handle: async ({ tenant }) =>
        reply(200, await files.export(tenant.id), { "cache-control": "no-store" }),
    }),
    defineOperation({
      id: "planAuthority",
      method: "POST",
      path: "/v1/{tenant}/authority/plan",
      isNewWork: true,
      summary: "See what applying a file would do",
      description:
        "Changes nothing. What the account has and the file does not name is listed and stays; nothing is ever removed. An error names the line and what stands there.",
      door: doors.apiKey("authority:read"),
      params: tenantParams,
      body: planAuthorityRequest,
      requestExample: { document: DOCUMENT },
      denials: [],
      responses: {
        200: {
          description:
            "The steps, in the order in which they would be taken; none: the account says the same.",
          schema: authorityPlanResponse,
          example: EXAMPLE,
        },
      },
      handle: async ({ tenant }, { body }) => reply(200, bodyOf(await files.plan(tenant.id, body.document))),
    }),
    defineOperation({
      id: "applyAuthority",
      method: "POST",
      path: "/v1/{tenant}/authority/apply",
      isNewWork: true,
      summary: "Apply a file",
      description:
        "Takes the steps of its plan, all or none, and refuses where the account has changed since that plan (`state`). Applied again it does nothing.",
      door: doors.apiKey("authority:write"),
      params: tenantParams,
      body: applyAuthorityRequest,
      requestExample: { document: DOCUMENT, state: EXAMPLE.state },
      denials: [],
      responses: {
        200: {
          description: "The steps that were taken, and the state they led to.",
          schema: authorityPlanResponse,
          example: EXAMPLE,
        },
      },
      handle: async ({ tenant, apiKey: { credential } }, { body }) =>
        reply(200, bodyOf(await files.apply(tenant.id, { ...body, credential }))),
    }),
  ];
}

function bodyOf({ state, steps, missing }: PlannedAuthority) {
  const changed = ({ path, before, after }: PlannedAuthority["steps"][number]["changes"][number]) => ({
    path,
    ...(before === undefined ? {} : { before: changedValue.parse(before) }),
    ...(after === undefined ? {} : { after: changedValue.parse(after) }),
  });
  return {
    state,
    steps: steps.map((step) => ({ ...step, changes: step.changes.map(changed) })),
    missing: [...missing],
  };
}
