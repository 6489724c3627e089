import { z } from "zod";
import { requiredText } from "./input.ts";

export const SEARCH_LENGTH_MIN = 2;

export const searchEverything = z.strictObject({
  /** Names, the last characters of a license key, a device, an e-mail address, any id. */
  text: requiredText("Enter what to look for.", 200),
});
