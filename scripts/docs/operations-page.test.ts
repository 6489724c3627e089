import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { collectDefaultMetrics, Registry } from "prom-client";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { sectionsOf } from "../../app/docs/_content/sections.ts";
import { describeEnv } from "../../server/platform/env.ts";
import { ROOT } from "../launcher/home.ts";
import { signetMetrics, withOperations } from "./operations-page.ts";

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const page = read("docs/operations.md");

test("the page has the variables and the metrics that there are, as `npm run snippets` writes them", async () => {
  expect(await withOperations(page)).toBe(page);
});

test.each(["deploy/monitoring/alerts.yml", "deploy/monitoring/dashboard.json"])(
  "every metric that %s names is there",
  async (file) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const node = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    const known = new Set(["up", ...node, ...(await signetMetrics()).map(({ metric }) => metric.name)]);
    const named = [...read(file).matchAll(/\b(?:signet|nodejs|process)_[a-z0-9_]+\b/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ""),
    );
    expect(named.length).toBeGreaterThan(10);
    for (const name of named) expect(known, name).toContain(name);
    // Prometheus puts the scrape's own job in the place of a label `job`, so all of ours would be one.
    expect(read(file)).not.toMatch(/by \(job[^)]*\) \((\w+\()?signet_/);
  },
);

test("every alert says what it means, and leads to what to do about it", () => {
  const { groups } = parse(read("deploy/monitoring/alerts.yml"));
  const ids = sectionsOf(page).map(({ id }) => id);
  for (const { alert, expr, annotations } of groups[0].rules) {
    expect(annotations.summary, alert).toMatch(/\S.*\.$/);
    expect(ids, alert).toContain(annotations.runbook.replace("/docs/operations#", ""));
    // Each parenthesis that is opened is closed: no Prometheus is here to say so.
    expect(expr.split("(").length, alert).toBe(expr.split(")").length);
  }
});

test("units and containers start programs that are there, with variables that there are", () => {
  const { services } = parse(read("deploy/compose.yaml"), { merge: true });
  const variables = describeEnv().map(({ name }) => name);
  const own = Object.values<{ image?: string; command: string[]; environment: object }>(services).filter(
    ({ image }) => image === "signet",
  );
  expect(own).toHaveLength(4);
  for (const { command, environment } of own) {
    expect(existsSync(join(ROOT, command[1] ?? "")), command.join(" ")).toBe(true);
    for (const name of Object.keys(environment)) expect(variables).toContain(name);
  }
  const units = readdirSync(join(ROOT, "deploy/systemd")).filter((name) => name.endsWith(".service"));
  for (const unit of units) {
    const [, program = ""] = /bin\/node (\S+\.ts)/.exec(read(`deploy/systemd/${unit}`)) ?? [];
    expect(existsSync(join(ROOT, program)), unit).toBe(true);
  }
  const dockerfile = read("deploy/Dockerfile");
  for (const [, program = ""] of dockerfile.matchAll(/node"?,? "?([\w/-]+\.ts)/g))
    expect(existsSync(join(ROOT, program)), program).toBe(true);
});
