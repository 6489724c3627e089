import type { OwnUsage } from "../../authority/own-usage.ts";
import { publicId } from "../../domain/ids.ts";
import { ledgerLine } from "./balance.ts";
import { keyHint } from "./license.ts";

type Meter = Awaited<ReturnType<OwnUsage["meters"]>>["meters"][number];
type Line = Awaited<ReturnType<OwnUsage["ledger"]>>["items"][number];

/** One meter of one product, over all of a customer's licenses. */
export function ownMeter({
  productId,
  productName,
  meter,
  meterName,
  unit,
  accounts,
  days,
  forecast,
}: Meter) {
  return {
    id: `${publicId("product", productId)}.${meter}`,
    product: productName,
    name: meterName,
    unit,
    accounts: accounts.map((account) => {
      const [granted, reserved, spent] = [
        Number(account.granted),
        Number(account.reserved),
        Number(account.spent),
      ];
      return {
        id: publicId("account", account.accountId),
        license: {
          id: publicId("license", account.licenseId),
          keyHint: keyHint(account.keyPrefix, account.keyHint),
          status: account.status,
        },
        granted,
        reserved,
        spent,
        balance: granted - reserved - spent,
        overdraft: Number(account.overdraft),
      };
    }),
    days,
    forecast,
  };
}

/** A line without the vendor's own reason for it, and without what only support looks up. */
export function ownLedgerLine(line: Line) {
  const { entry, kind, change, balance, recordedAt, refunded } = ledgerLine(line);
  return { entry, kind, change, balance, recordedAt, refunded };
}
