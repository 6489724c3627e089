import { formatNumber } from "./format.ts";

/** What every chart over time looks like. The table beside it serves the keyboard, so that the drawing need not. */
export const CHART_LOOK = {
  h: 260,
  gridAxis: "x",
  tickLine: "none",
  accessibilityLayer: false,
  xAxisProps: { interval: "preserveStartEnd", minTickGap: 40 },
  yAxisProps: { allowDecimals: false, width: 44 },
  valueFormatter: (value: number) => formatNumber(value),
  maxBarWidth: 26,
} as const;
