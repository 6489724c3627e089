"use client";

import { Badge, Box, Button, Tooltip } from "@mantine/core";
import { confirmAction } from "../_components/confirm.tsx";
import { formatNumber } from "../_components/format.ts";
import { toastDone } from "../_components/toasts.tsx";
import { deviceName, type PoolUse, type Release, type Seat } from "./seat.ts";
import { releaseEffects } from "./seat-words.ts";
import classes from "./seats.module.css";
import { TimeLeft } from "./time-left.tsx";

/** One seat: who holds it, on which device, until when; and the way to take it back. */
export function SeatRow({
  seat,
  pool,
  now,
  release,
}: {
  seat: Seat;
  pool: PoolUse;
  now: Date;
  release: Release | undefined;
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
      {release && <ReleaseButton seat={seat} pool={pool} now={now} release={release} />}
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

function ReleaseButton({
  seat,
  pool,
  now,
  release,
}: {
  seat: Seat;
  pool: PoolUse;
  now: Date;
  release: Release;
}) {
  const { holder, leaseId, slot } = seat;

  function confirmRelease() {
    confirmAction({
      title: `Release ${holder}'s seat?`,
      effects: releaseEffects(seat, pool, now),
      undo: `${holder} can check out again while a seat is free.`,
      ...(release.reason === undefined ? {} : { reason: release.reason }),
      confirm: "Release seat",
      danger: true,
      run: async (reason) => {
        const { released } = await release.run(leaseId, reason);
        toastDone(released ? `Seat ${slot} is free again.` : `${holder} had given the seat back already.`);
      },
    });
  }

  if (seat.borrowed && release.notBorrowed !== undefined) {
    // Not `disabled`, which would keep the reason from whoever comes by keyboard.
    return (
      <Tooltip
        label={release.notBorrowed}
        multiline
        maw={280}
        events={{ hover: true, focus: true, touch: true }}
      >
        <Button
          size="xs"
          variant="default"
          data-disabled
          aria-disabled
          onClick={(event) => event.preventDefault()}
          aria-label={`Release ${holder}'s seat: ${release.notBorrowed}`}
        >
          Release
        </Button>
      </Tooltip>
    );
  }
  return (
    <Button size="xs" variant="default" onClick={confirmRelease} aria-label={`Release ${holder}'s seat`}>
      Release
    </Button>
  );
}
