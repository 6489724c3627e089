import type { Seats } from "../../authority/seat-service.ts";
import { publicId } from "../../domain/ids.ts";
import { keyHint } from "./license.ts";

type Pool = Awaited<ReturnType<Seats["pools"]>>["items"][number];
type Seat = Awaited<ReturnType<Seats["held"]>>["items"][number];

export function poolView(pool: Pool) {
  const { status, held, borrowed, overage, leaving, rules } = pool;
  return {
    license: {
      id: publicId("license", pool.licenseId),
      keyHint: keyHint(pool.keyPrefix, pool.keyHint),
      status,
    },
    customer: { id: publicId("customer", pool.customerId), name: pool.customerName },
    product: { id: publicId("product", pool.productId), name: pool.productName },
    capacity: rules.seats,
    overageCapacity: rules.seats === 0 ? 0 : rules.overageSeats,
    heartbeatSeconds: rules.heartbeatSeconds,
    leaseTtlSeconds: rules.leaseTtlSeconds,
    held,
    borrowed,
    overage,
    leaving,
    reserved: Object.entries(rules.reservedSeats).map(([group, seats]) => ({
      group,
      seats,
      held: pool.reserved.find((one) => one.group === group)?.held ?? 0,
    })),
    seats: pool.seats.map(seatView),
  };
}

export function seatView(seat: Seat) {
  const { slot, holder, group, reservedFor, overage, borrowed, leaving, grantedAt, expiresAt } = seat;
  return {
    leaseId: publicId("lease", seat.leaseId),
    slot,
    fence: Number(seat.fence),
    holder,
    group,
    reservedFor,
    overage,
    borrowed,
    leaving,
    grantedAt,
    expiresAt,
    device:
      seat.activationId === null
        ? null
        : {
            id: publicId("activation", seat.activationId),
            name: seat.deviceName ?? "",
            platform: seat.platform ?? "",
            appVersion: seat.appVersion ?? "",
          },
  };
}
