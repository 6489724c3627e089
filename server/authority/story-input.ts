import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { requiredText } from "./input.ts";

/** What a story is asked of: exactly one thing, named by the way it is known. */
export const readStory = z.discriminatedUnion("of", [
  z.strictObject({ of: z.literal("request"), correlationId: requiredText("Enter a correlation id.", 128) }),
  z.strictObject({ of: z.literal("license"), id: idOf("license") }),
  z.strictObject({ of: z.literal("licenseKey"), key: requiredText("Enter a license key.", 200) }),
  z.strictObject({ of: z.literal("activation"), id: idOf("activation") }),
  z.strictObject({ of: z.literal("lease"), id: idOf("lease") }),
  z.strictObject({ of: z.literal("ticket"), id: requiredText("Enter a ticket's id.", 200) }),
]);
export type ReadStory = z.output<typeof readStory>;
