import { z } from "zod";
import { CUSTOMER_MAIL_KINDS } from "../../domain/mail-kinds.ts";
import { customerAuthorised, router } from "../init.ts";
import { ownDownload } from "../views/download.ts";
import { ownOfflineRouter } from "./offline.ts";
import { portalDeviceRouter } from "./portal-device.ts";
import { portalLicenseRouter } from "./portal-license.ts";
import { portalPeopleRouter } from "./portal-people.ts";
import { portalSeatRouter } from "./portal-seat.ts";
import { ownUsageRouter } from "./portal-usage.ts";

const read = customerAuthorised("license:read");

/** What an end customer's people can do by themselves. */
export const portalRouter = router({
  license: portalLicenseRouter,
  device: portalDeviceRouter,
  seat: portalSeatRouter,
  people: portalPeopleRouter,

  offline: ownOfflineRouter,

  usage: ownUsageRouter,

  downloads: read.query(async ({ ctx: { customer, services } }) =>
    (await services.downloads.listOwn(customer)).map(ownDownload),
  ),

  mailPreferences: read.query(({ ctx: { customer, services } }) => services.mailPreferences.get(customer)),

  setMailPreference: read
    .input(z.strictObject({ kind: z.enum(CUSTOMER_MAIL_KINDS), wanted: z.boolean() }))
    .mutation(({ ctx: { customer, services }, input: { kind, wanted } }) =>
      services.mailPreferences.set(customer, kind, wanted),
    ),
});
