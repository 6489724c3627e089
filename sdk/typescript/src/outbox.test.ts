import { expect, test } from "vitest";
import { Outbox } from "./outbox.ts";
import { memoryStorage } from "./storage.ts";
import type { UsageEventRequest } from "./wire.ts";

const event = (id: string): UsageEventRequest => ({
  id,
  meter: "exports",
  amount: 1,
  occurredAt: "2029-12-31T23:59:59.123Z",
});

/** A full outbox, half of whose room is taken by what is kept beside it. */
async function fullOutbox() {
  const storage = memoryStorage();
  let alsoKept = 2;
  const options = { storage, license: "lic_1", now: () => 0, eventsMax: 4, alsoKept: async () => alsoKept };
  const outbox = new Outbox(options);
  await Promise.all(["one", "two"].map((id) => outbox.add(event(id))));
  await expect(outbox.add(event("too much"))).rejects.toMatchObject({ code: "outbox_full" });
  const dismissAll = () => {
    alsoKept = 0;
  };
  return { outbox, other: new Outbox(options), dismissAll };
}

test("an outbox that was full takes events again once what is kept beside it was dismissed", async () => {
  const { outbox, dismissAll } = await fullOutbox();
  dismissAll();
  await outbox.add(event("three"));
  expect(await outbox.pending()).toBe(3);
});

test("an outbox that was full takes events again once another process has delivered some", async () => {
  const { outbox, other } = await fullOutbox();
  for (const name of await other.names()) await other.delete(name);
  await outbox.add(event("three"));
  expect(await outbox.pending()).toBe(1);
});

test("an event that is added just as the one before it was written is written too", async () => {
  const storage = memoryStorage();
  const options = { storage, license: "lic_1", now: () => 0, eventsMax: 4, alsoKept: async () => 0 };
  const outbox = new Outbox(options);
  await outbox.add(event("one"));
  await outbox.add(event("two"));
  expect(await outbox.pending()).toBe(2);
});
