import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#server/platform/ids.ts";
import type { TestDatabase } from "#server/testing/cluster.ts";
import { createTestDatabase } from "#server/testing/database.ts";
import {
  activateRequest,
  createLicense,
  createRuntime,
  createTenant,
  type Runtime,
} from "#server/testing/fixtures.ts";
import { type About, type Checkout, DAY_MS, Model, type Rules, TTL_MS } from "#server/testing/seats-model.ts";
import { createLeasesStore, type LeaseRow } from "./leases-store.ts";

const GROUP = "lab";

let testDatabase: TestDatabase;
let runtime: Runtime;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  runtime = createRuntime(testDatabase.appUrl);
});
afterAll(async () => {
  await runtime.close();
  await testDatabase.drop();
});

type Step =
  | { readonly kind: "checkout"; readonly items: readonly Checkout[] }
  | { readonly kind: "borrow"; readonly item: Checkout; readonly seconds: number }
  | { readonly kind: "heartbeat" | "release"; readonly items: readonly About[] }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "resize"; readonly seats: number }
  | { readonly kind: "deactivate"; readonly device: number; readonly hasReceipt: boolean }
  | { readonly kind: "sweep" };

function textOf(row: LeaseRow, isResumed: boolean): string {
  if (row.code !== null) return `${row.code} ${row.rule}`;
  return `${isResumed ? "resumed" : "new"} ${row.lease_id} ${row.slot} ${row.fence} ${row.expires_at?.getTime()} ${row.overage} ${row.borrowed}`;
}

const checkout = fc.record({
  device: fc.nat(2),
  holder: fc.constantFrom("ada", "bob", "eve"),
  inGroup: fc.boolean(),
});
const about: fc.Arbitrary<About> = fc.record({
  which: fc.nat(4),
  fenceOff: fc.constantFrom(0, 0, 0, 0, -1, 1),
  isOther: fc.constantFrom(false, false, false, false, true),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("checkout" as const),
      items: fc.array(checkout, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("borrow" as const),
      item: checkout,
      seconds: fc.constantFrom(3_600, 86_400, 86_401),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom("heartbeat" as const, "release" as const),
      items: fc.array(about, { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      ms: fc.constantFrom(1, TTL_MS / 2, TTL_MS, TTL_MS + 1, DAY_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("resize" as const), seats: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("deactivate" as const),
      device: fc.nat(2),
      hasReceipt: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sweep" as const) }) },
);
const rulesOf: fc.Arbitrary<Rules> = fc.record({
  overage: fc.nat(1),
  perHolderMax: fc.integer({ min: 1, max: 3 }),
  reserved: fc.nat(1),
  borrowDaysMax: fc.constantFrom(0, 1, 1, 1),
  borrowedSeatsMax: fc.constantFrom(0, 1, 1, 2),
});

/** A batch that cannot be decided at once is decided item by item, as the batcher does. */
async function decide<Item, Row>(
  flush: (tenantId: string, items: readonly Item[]) => Promise<Row[]>,
  tenantId: string,
  items: readonly Item[],
): Promise<readonly Row[]> {
  try {
    return await flush(tenantId, items);
  } catch (error) {
    if (items.length === 1 || !(error instanceof Error) || !error.message.includes("one after the other"))
      throw error;
    const rows: Row[] = [];
    for (const item of items) rows.push(...(await flush(tenantId, [item])));
    return rows;
  }
}

test("however seats are asked for, kept, borrowed, given back, cut down and left by devices that go, in batches, each is decided as one after the other would be", async () => {
  const { database, clock } = runtime;
  const store = createLeasesStore(database.pool, clock);

  await fc.assert(
    fc.asyncProperty(
      rulesOf,
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { minLength: 3, maxLength: 16 }),
      async (rules, seats, steps) => {
        const tenant = await createTenant(runtime);
        const { tenantId } = tenant;
        const license = await createLicense(runtime, tenant, {
          activationsMax: null,
          seats,
          leaseTtlSeconds: TTL_MS / 1000,
          overageSeats: rules.overage,
          seatsPerHolderMax: rules.perHolderMax,
          reservedSeats: rules.reserved === 0 ? {} : { [GROUP]: rules.reserved },
          borrowDaysMax: rules.borrowDaysMax,
          borrowedSeatsMax: rules.borrowedSeatsMax,
        });
        const devices: string[] = [];
        for (const name of ["a", "b", "c"]) {
          const decision = await runtime.activations.activate(
            tenantId,
            activateRequest(license.licenseKey, name),
          );
          if (decision.outcome === "denied") throw new Error(decision.code);
          devices.push(decision.value.activationId);
        }
        const keyOf = async (id: string) => {
          const where = { tenantId_id: { tenantId, id } };
          return (await database.withTenant(tenantId, (tx) => tx.activation.findUniqueOrThrow({ where })))
            .deviceThumbprint;
        };
        const model = new Model(rules, seats);
        const fresh = () => ({ event_id: newUuid(), correlation_id: "cor_model" });

        for (const each of steps) {
          const now = clock.now().getTime();
          switch (each.kind) {
            case "checkout":
            case "borrow": {
              const asked = each.kind === "borrow" ? [each.item] : each.items;
              const seconds = each.kind === "borrow" ? each.seconds : undefined;
              const borrowMs = seconds === undefined ? undefined : seconds * 1000;
              const items = asked.map(({ device, holder, inGroup }) => ({
                activation_id: devices[device] ?? "",
                holder,
                holders: inGroup ? GROUP : undefined,
                borrow_seconds: seconds,
                lease_id: newUuid(),
                ...fresh(),
              }));
              const expected = asked.map((one, index) =>
                model.checkout(one, items[index]?.lease_id ?? "", now, borrowMs),
              );
              const rows = await decide(store.checkout, tenantId, items);
              expect(rows.map((row) => textOf(row, row.resumed))).toEqual(expected);
              break;
            }
            case "heartbeat":
            case "release": {
              const asked = each.items.flatMap((one) => {
                const lease = model.leases[one.which];
                return lease === undefined ? [] : [{ ...one, lease }];
              });
              if (asked.length === 0) break;
              const items = asked.map(({ lease, fenceOff, isOther }) => ({
                lease_id: lease.id,
                activation_id: devices[(lease.device + (isOther ? 1 : 0)) % devices.length] ?? "",
                fence: lease.fence + fenceOff,
                by_vendor: false,
                ...fresh(),
              }));
              const expected = asked.map((one) => model[each.kind](one.lease, one, now));
              const answers =
                each.kind === "release"
                  ? (await store.release(tenantId, items)).map(({ code, rule }) =>
                      code === null ? "done" : `${code} ${rule}`,
                    )
                  : (await store.heartbeat(tenantId, items)).map((row) => textOf(row, true));
              expect(answers).toEqual(expected);
              break;
            }
            case "wait":
              clock.advance(each.ms);
              break;
            case "resize":
              await database.withTenant(tenantId, async (tx) => {
                const where = { tenantId_id: { tenantId, id: license.id } };
                const effective = { ...license.rules, seats: each.seats };
                await tx.license.update({ where, data: { effective } });
                await tx.$executeRaw`SELECT resize_pools(${tenantId}::uuid, ARRAY[${license.id}::uuid], ${clock.now()})`;
              });
              model.resize(each.seats);
              break;
            case "deactivate": {
              const activationId = devices[each.device] ?? "";
              const decision = await runtime.activations.deactivate(tenantId, {
                activationId,
                correlationId: "cor_model",
                ...(each.hasReceipt
                  ? {
                      receipt: {
                        signedBy: await keyOf(activationId),
                        says: { deactivatedAt: Math.floor(now / 1000) },
                      },
                    }
                  : {}),
              });
              expect(decision.outcome).toBe("granted");
              model.deactivate(each.device, each.hasReceipt, now);
              break;
            }
            case "sweep":
              expect(await store.expire(tenantId, 500)).toBe(model.sweep(now));
          }
        }
        const stands = await database.withTenant(tenantId, (tx) =>
          tx.seat.findMany({ where: { tenantId }, orderBy: { slot: "asc" } }),
        );
        expect(
          stands.map(({ fence, leaseId, holder, expiresAt, borrowed, inService }) => [
            Number(fence),
            leaseId,
            holder,
            expiresAt?.getTime(),
            borrowed,
            inService,
          ]),
        ).toEqual(
          model.slots.map(({ fence, claim, isInService }) => [
            fence,
            claim?.lease.id ?? null,
            claim?.lease.holder ?? null,
            claim?.expiresMs,
            claim?.isBorrowed ?? false,
            isInService,
          ]),
        );
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

test("who asks in one batch twice, the second time for its group, has the seat that waits for that group", async () => {
  const tenant = await createTenant(runtime);
  const license = await createLicense(runtime, tenant, { seats: 2, reservedSeats: { [GROUP]: 1 } });
  const request = activateRequest(license.licenseKey, "device");
  const decision = await runtime.activations.activate(tenant.tenantId, request);
  if (decision.outcome === "denied") throw new Error(decision.code);
  const { activationId } = decision.value;
  const store = createLeasesStore(runtime.database.pool, runtime.clock);
  const ask = (holder: string, holders?: string) => ({
    activation_id: activationId,
    holder,
    holders,
    borrow_seconds: undefined,
    lease_id: newUuid(),
    event_id: newUuid(),
    correlation_id: "cor_group",
  });
  const [ada] = await store.checkout(tenant.tenantId, [ask("ada")]);
  expect(ada).toMatchObject({ code: null, slot: 2 });
  const rows = await decide(store.checkout, tenant.tenantId, [ask("bob"), ask("bob", GROUP)]);
  expect(rows.map(({ code, slot }) => code ?? slot)).toEqual(["no_seats_available", 1]);
});
