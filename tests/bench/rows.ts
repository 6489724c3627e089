import type { Row } from "./table.ts";

/** The paths that are measured with few and with many licenses stored. */
export const ESTATE_PATHS = ["activate", "checkout", "heartbeat", "debit"] as const;

const rate = { figure: "perSecond" } as const;

/** The bars, as the design states them. A row of two bars stands here twice. */
export const ROWS: readonly Row[] = [
  {
    number: 1,
    what: "LicenseServer, an operation that does nothing",
    subject: "echo",
    yardstick: "bare",
    ...rate,
    bar: 0.85,
  },
  {
    number: 2,
    what: "the same through a Next route handler",
    subject: "echo",
    yardstick: "next",
    ...rate,
    bar: 10,
  },
  {
    number: 3,
    what: "activation, durable, signed",
    subject: "activate",
    yardstick: "bare-sign",
    ...rate,
    bar: 0.6,
  },
  {
    number: 4,
    what: "activation on one hot license, against 1,000",
    subject: "activate-hot",
    yardstick: "activate",
    ...rate,
    bar: 0.85,
  },
  {
    number: 5,
    what: "checkout and signed lease",
    subject: "checkout",
    yardstick: "bare-sign-small",
    ...rate,
    bar: 0.5,
  },
  {
    number: 6,
    what: "heartbeat and signed lease",
    subject: "heartbeat",
    yardstick: "bare-sign-small",
    ...rate,
    bar: 0.5,
  },
  {
    number: 7,
    what: "debit on one account, in process, against an interactive transaction",
    subject: "debit-in-process",
    yardstick: "debit-interactive",
    ...rate,
    bar: 20,
  },
  {
    number: 7,
    what: "debit on one account, in process, 256 callers",
    subject: "debit-in-process",
    ...rate,
    bar: 42_500,
  },
  { number: 8, what: "debit over HTTP, 64 clients", subject: "debit", yardstick: "bare", ...rate, bar: 0.25 },
  {
    number: 8,
    what: "debit over HTTP, 256 clients",
    subject: "debit-256",
    yardstick: "bare-256",
    ...rate,
    bar: 0.5,
  },
  { number: 9, what: "usage events in batches of 1,000", subject: "usage-bulk", ...rate, bar: 50_000 },
  {
    number: 10,
    what: "lone debit against a plain prepared INSERT, p50",
    subject: "debit-lone",
    yardstick: "insert-lone",
    figure: "p50Ms",
    bar: 2,
    atMost: true,
  },
  ...ESTATE_PATHS.map(
    (path): Row => ({
      number: 11,
      what: `${path} with many licenses stored, against 10,000`,
      subject: `${path}-many`,
      yardstick: `${path}-few`,
      ...rate,
      bar: 0.9,
    }),
  ),
  {
    number: 13,
    what: "goodput at 4 × overload, against the peak",
    subject: "overload",
    yardstick: "peak",
    ...rate,
    bar: 0.8,
  },
  {
    number: 13,
    what: "heartbeat p99 at 4 × overload, against unloaded",
    subject: "heartbeat-overloaded",
    yardstick: "heartbeat-unloaded",
    figure: "p99Ms",
    bar: 5,
    atMost: true,
  },
];
