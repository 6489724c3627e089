"use client";

import { Badge, Box, Button, Tooltip } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { confirmAction } from "../../../_components/confirm.tsx";
import { formatNumber } from "../../../_components/format.ts";
import { toastDone } from "../../../_components/toasts.tsx";
import { useTRPC } from "../../../_trpc/client.tsx";
import { deviceName, type Seat, type SeatPool } from "./seat.ts";
import { releaseEffects } from "./seat-words.ts";
import classes from "./seats.module.css";
import { TimeLeft } from "./time-left.tsx";

/** One seat: who holds it, on which device, until when; and the way to take it back. */
export function SeatRow({
  seat,
  pool,
  now,
  mayRelease,
}: {
  seat: Seat;
  pool: SeatPool;
  now: Date;
  mayRelease: boolean;
}) {
  const { slot, fence, holder, device, expiresAt } = seat;
  const about = [deviceName(seat), device?.platform, device?.appVersion && `version ${device.appVersion}`];
  return (
    <li className={classes.seat} data-over={expiresAt < now} suppressHydrationWarning>
      <Tooltip
        label={`Seat ${formatNumber(slot)}, given out ${formatNumber(fence)} times: its fence is ${formatNumber(fence)}`}
      >
        <span className={`${classes.slot} tabular`}>{formatNumber(slot)}</span>
      </Tooltip>
      <Box miw={0}>
        <div className={classes.holder}>
          {holder}
          <Marks seat={seat} />
        </div>
        <div className={classes.device}>
          {about.filter(Boolean).join(" · ")} · fence {formatNumber(fence)}
        </div>
      </Box>
      <TimeLeft seat={seat} pool={pool} now={now} />
      {mayRelease && <ReleaseButton seat={seat} pool={pool} now={now} />}
    </li>
  );
}

function Marks({ seat }: { seat: Seat }) {
  const { group, reservedFor, borrowed, overage, leaving } = seat;
  return (
    <>
      {borrowed && <Badge color="indigo">Borrowed</Badge>}
      {overage && <Badge color="yellow">Over capacity</Badge>}
      {leaving && <Badge color="gray">Going out of service</Badge>}
      {reservedFor !== null ? (
        <Badge color="petrol">Reserved for {reservedFor}</Badge>
      ) : (
        group !== null && <Badge color="gray">{group}</Badge>
      )}
    </>
  );
}

function ReleaseButton({ seat, pool, now }: { seat: Seat; pool: SeatPool; now: Date }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const release = useMutation(
    trpc.seat.release.mutationOptions({
      onSuccess: () => queries.invalidateQueries(trpc.seat.pathFilter()),
    }),
  );
  const { holder, leaseId, slot } = seat;

  function confirmRelease() {
    confirmAction({
      title: `Release ${holder}'s seat?`,
      effects: releaseEffects(seat, pool, now),
      undo: `${holder} can check out again while a seat is free.`,
      reason: "Reason",
      confirm: "Release seat",
      danger: true,
      run: async (reason) => {
        const { released } = await release.mutateAsync({ leaseId, reason });
        toastDone(released ? `Seat ${slot} is free again.` : `${holder} had given the seat back already.`);
      },
    });
  }

  return (
    <Button size="xs" variant="default" onClick={confirmRelease} aria-label={`Release ${holder}'s seat`}>
      Release
    </Button>
  );
}
