import { formatNumber } from "./format.ts";
import { PartBar, PartKey, PartKeys } from "./part-bar.tsx";

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
  const all = [
    { tone: "past", label: "spent", amount: Math.max(0, spent - owed), shown: spent },
    { tone: "lent", label: "reserved by tickets", amount: reserved, shown: reserved },
    { tone: "strong", label: "left", amount: Math.max(0, balance), shown: Math.max(0, balance) },
    { tone: "owed", label: "owed", amount: owed, shown: owed },
    {
      tone: "spare",
      label: "of overdraft left",
      amount: overdraft - owed,
      shown: Math.max(0, overdraft - owed),
    },
  ] as const;
  const parts = all.filter(({ shown, tone }) => shown > 0 || tone === "strong");
  const words = [
    `${formatNumber(granted)} granted`,
    ...parts.map(({ shown, label }) => `${formatNumber(shown)} ${label}`),
  ];
  return (
    <div>
      <PartBar parts={parts} label={words.join(", ")} />
      {legend && (
        <PartKeys>
          <span>{formatNumber(granted)} granted</span>
          {parts.map(({ tone, label, shown }) => (
            <PartKey key={tone} tone={tone}>
              {formatNumber(shown)} {label}
            </PartKey>
          ))}
        </PartKeys>
      )}
    </div>
  );
}
