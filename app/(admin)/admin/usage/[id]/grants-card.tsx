import { Badge, Card, Group, Progress, Text, Title } from "@mantine/core";
import { formatNumber } from "../../../../_components/format.ts";
import { RelativeTime } from "../../../../_components/relative-time.tsx";
import type { AccountDetail, Grant } from "../account.ts";
import classes from "../usage.module.css";

/** The grants that still hold credits, in the order in which they burn; then those that ended. */
export function GrantsCard({ account }: { account: AccountDetail }) {
  const { grants, endedGrants } = account;
  return (
    <Card component="section" aria-label="Grants">
      <Title order={2} fz="h3">
        Grants
      </Title>
      <Text fz="sm" c="dimmed">
        {grants.length === 0
          ? "No grant holds credits at the moment."
          : "They burn from the top: by priority, then by what expires first."}
      </Text>
      <ol className={classes.rows}>
        {grants.map((grant, place) => (
          <GrantRow key={grant.id} grant={grant} place={place + 1} />
        ))}
        {endedGrants.map((grant) => (
          <GrantRow key={grant.id} grant={grant} />
        ))}
      </ol>
    </Card>
  );
}

/** `place`: in the order of burning; without one it has nothing left. */
function GrantRow({ grant, place }: { grant: Grant; place?: number }) {
  const { kind, amount, remaining, expired, priority, expiresAt, createdAt } = grant;
  return (
    <li className={classes.row}>
      <Group justify="space-between" gap="xs">
        <Group gap={8}>
          {place !== undefined && (
            <Text span fz="sm" fw={650} className="tabular">
              {place}.
            </Text>
          )}
          <Badge color={kind === "promo" ? "copper" : kind === "period" ? "indigo" : "petrol"}>
            {kind === "period" ? "Each period" : kind === "promo" ? "Promotional" : "Prepaid"}
          </Badge>
          {place === undefined && <Badge color="gray">{expired > 0 ? "Expired" : "Used up"}</Badge>}
        </Group>
        <Text fz="sm" className="tabular">
          <b>{formatNumber(remaining)}</b> of {formatNumber(amount)}
        </Text>
      </Group>
      {place !== undefined && (
        <Progress value={(remaining / amount) * 100} size={5} my={6} aria-label="Left of this grant" />
      )}
      <Text fz="xs" c="dimmed" component="div">
        Priority {priority} · given <RelativeTime at={createdAt} />
        {expiresAt !== null && (
          <>
            {" "}
            · {place === undefined ? "ended" : "expires"} <RelativeTime at={expiresAt} />
          </>
        )}
        {expired > 0 && ` · ${formatNumber(expired)} expired unused`}
      </Text>
    </li>
  );
}
