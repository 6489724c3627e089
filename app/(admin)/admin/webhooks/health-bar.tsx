import { Text } from "@mantine/core";
import { formatNumber } from "../../../_components/format.ts";
import type { WebhookEndpoint } from "./webhook.ts";
import classes from "./webhooks.module.css";

/** What became of an endpoint's events of the last day, as a bar and in words. */
export function HealthBar({ lastDay }: Pick<WebhookEndpoint, "lastDay">) {
  const { delivered, pending, failed } = lastDay;
  const total = delivered + pending + failed;
  if (total === 0)
    return (
      <Text fz="xs" c="dimmed">
        Nothing happened in the last day that it asks for.
      </Text>
    );
  const parts = [
    { tone: "good", count: delivered, words: "delivered" },
    { tone: "waiting", count: pending, words: "on the way" },
    { tone: "bad", count: failed, words: "given up" },
  ].filter(({ count }) => count > 0);
  return (
    <div>
      <div className={classes.bar} aria-hidden>
        {parts.map(({ tone, count }) => (
          <div key={tone} className={classes.part} data-tone={tone} style={{ flexGrow: count }} />
        ))}
      </div>
      <Text fz="xs" c="dimmed" mt={6}>
        {parts.map(({ count, words }) => `${formatNumber(count)} ${words}`).join(" · ")} in the last day
      </Text>
    </div>
  );
}
