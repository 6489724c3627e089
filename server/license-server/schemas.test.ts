import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type * as wire from "#sdk/wire.ts";
import type * as schemas from "./schemas.ts";

test("what the schemas take and give is what the wire says, to the field", () => {
  expectTypeOf<z.input<typeof schemas.activateRequest>>().toExtend<wire.ActivateRequest>();
  expectTypeOf<wire.ActivateRequest>().toExtend<z.input<typeof schemas.activateRequest>>();
  expectTypeOf<z.output<typeof schemas.activateRequest>>().toExtend<wire.ActivateRequest>();
  expectTypeOf<z.input<typeof schemas.refreshRequest>>().toExtend<wire.RefreshRequest>();
  expectTypeOf<wire.RefreshRequest>().toExtend<z.input<typeof schemas.refreshRequest>>();
  expectTypeOf<z.output<typeof schemas.activationResponse>>().toExtend<wire.ActivationResponse>();
  expectTypeOf<wire.ActivationResponse>().toExtend<z.output<typeof schemas.activationResponse>>();
  expectTypeOf<z.output<typeof schemas.deactivateResponse>>().toExtend<wire.DeactivateResponse>();
  expectTypeOf<wire.DeactivateResponse>().toExtend<z.output<typeof schemas.deactivateResponse>>();
  expectTypeOf<z.output<typeof schemas.trustResponse>>().toExtend<wire.TrustResponse>();
  expectTypeOf<wire.TrustResponse>().toExtend<z.output<typeof schemas.trustResponse>>();
  expectTypeOf<z.output<typeof schemas.problem>>().toExtend<wire.Problem>();
  expectTypeOf<wire.Problem>().toExtend<z.output<typeof schemas.problem>>();
});
