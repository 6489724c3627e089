import { z } from "zod";
import { idOf } from "../domain/ids.ts";
import { nameField, optionalText } from "./input.ts";

/** Customers are sent there: nothing that a network could change on its way, and no password in it. */
const httpsUrl = z
  .string({ error: "Enter an address." })
  .trim()
  .max(2_000, "Use at most 2,000 characters.")
  .refine(isPlainHttps, "Enter an address that begins with https:// and has no password in it.")
  .transform((text) => new URL(text).href);

export const downloadFields = z.strictObject({
  name: nameField,
  version: optionalText(40).default(""),
  platform: optionalText(60).default(""),
  url: httpsUrl,
});
export type DownloadFields = z.output<typeof downloadFields>;

export const productDownloads = z.strictObject({ productId: idOf("product") });
export const addDownload = downloadFields.extend({ productId: idOf("product") });
export const removeDownload = z.strictObject({ id: idOf("download") });

function isPlainHttps(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && url.protocol === "https:" && url.username === "" && url.password === "";
}
