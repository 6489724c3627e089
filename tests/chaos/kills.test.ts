import { expect, test } from "vitest";
import { kills } from "./kills.ts";

test("both servers and PostgreSQL killed under load, and Redis beside: nothing acknowledged is lost, nothing charged twice", async () => {
  const firstSeed = Date.now() % 1_000_000;
  console.info(`kills: seed ${firstSeed}`);
  const { operations, violations } = await kills({ kills: 3, firstSeed });
  expect(violations).toEqual([]);
  expect(operations).toBeGreaterThan(100);
}, 300_000);
