import classes from "./balance-bar.module.css";
import { formatNumber } from "./format.ts";

interface Figures {
  readonly granted: number;
  readonly reserved: number;
  readonly spent: number;
  readonly balance: number;
  readonly overdraft: number;
}

/** An account as one bar: spent, reserved, left; what is owed, and how far it may go below zero. `legend`: with its numbers. */
export function BalanceBar({ account, legend = false }: { account: Figures; legend?: boolean }) {
  const { granted, reserved, spent, balance, overdraft } = account;
  const owed = Math.max(0, -balance);
  const parts = [
    { kind: "spent", label: "spent", amount: Math.max(0, spent - owed), shown: spent },
    { kind: "reserved", label: "reserved by tickets", amount: reserved, shown: reserved },
    { kind: "available", label: "left", amount: Math.max(0, balance), shown: Math.max(0, balance) },
    { kind: "owed", label: "owed", amount: owed, shown: owed },
    {
      kind: "overdraft",
      label: "of overdraft left",
      amount: overdraft - owed,
      shown: Math.max(0, overdraft - owed),
    },
  ].filter(({ shown, kind }) => shown > 0 || kind === "available");
  const words = [
    `${formatNumber(granted)} granted`,
    ...parts.map(({ shown, label }) => `${formatNumber(shown)} ${label}`),
  ];
  return (
    <div>
      <div className={classes.bar} role="img" aria-label={words.join(", ")}>
        {parts
          .filter(({ amount }) => amount > 0)
          .map(({ kind, amount }) => (
            <span key={kind} data-kind={kind} style={{ flexGrow: amount }} />
          ))}
      </div>
      {legend && (
        <div className={`${classes.keys} tabular`}>
          <span>{formatNumber(granted)} granted</span>
          {parts.map(({ kind, label, shown }) => (
            <span key={kind} className={classes.key} data-kind={kind}>
              {formatNumber(shown)} {label}
            </span>
          ))}
        </div>
      )}
    </div>
  );
}
