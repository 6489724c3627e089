import { type MetricObject, Registry } from "prom-client";
import { tableOf, withSections } from "../../sdk/typescript/testing/cli-page.ts";
import { createMetrics } from "../../server/license-server/metrics.ts";
import { addInstanceMetrics } from "../../server/operations/instance-metrics.ts";
import { createPortalMetrics } from "../../server/operations/portal-metrics.ts";
import { describeEnv } from "../../server/platform/env.ts";
import { createJobMetrics } from "../../workers/metrics.ts";

/** Every metric of Signet's own, by the process that serves it, from the registries themselves. */
export async function signetMetrics(): Promise<{ from: string; metric: MetricObject }[]> {
  const worker = new Registry();
  createJobMetrics(worker);
  addInstanceMetrics(worker, () => Promise.reject(new Error("Nothing is read here.")));
  const registries = {
    LicenseServer: createMetrics().registry,
    worker,
    portal: createPortalMetrics({ clock: { monotonicMs: () => 0 } }).registry,
  };
  const all = Object.entries(registries).map(async ([from, registry]) =>
    (await registry.getMetricsAsJSON()).map((metric) => ({ from, metric })),
  );
  return (await Promise.all(all)).flat();
}

/** The page of operations, with the environment and the metrics as they are now. */
export async function withOperations(markdown: string): Promise<string> {
  const variables = describeEnv().map(({ name, description, byDefault }) => [
    `\`${name}\``,
    description,
    byDefault,
  ]);
  const home =
    "where data, secrets and logs of `npm start` are kept; read by the commands, not by the processes";
  const metrics = (await signetMetrics()).map(({ from, metric }) => [
    `\`${metric.name}\``,
    `${metric.type}`,
    from,
    metric.help,
  ]);
  return withSections(markdown, {
    Environment: tableOf(
      ["variable", "meaning", "default"],
      [...variables, ["`SIGNET_HOME`", home, "`.signet`"]],
    ),
    Metrics: tableOf(["metric", "type", "from", "meaning"], metrics),
  });
}
