import { type Call, usageError } from "./command.ts";
import { qrCode } from "./qr-code.ts";

/** The empty border that readers need, in modules. */
const QUIET = 4;
const HALVES = { both: "█", upper: "▀", lower: "▄", none: " " } as const;

/** A text as a QR code of half blocks, two rows of modules a line, for a terminal that is wide enough. */
export function qrText(
  text: string,
  { surroundings, isColoured }: Pick<Call, "surroundings" | "isColoured">,
): string {
  const modules = qrCode(text);
  if (modules === undefined)
    throw usageError("This is more than a QR code holds.", "Carry it as a file: leave out `--qr`.");
  const width = modules.length + 2 * QUIET;
  if (surroundings.isTerminal("stdout") && surroundings.columns() < width) {
    const next = "Widen it, or make its letters smaller; or carry a file: leave out `--qr`.";
    throw usageError(`The QR code needs a terminal ${width} columns wide.`, next);
  }
  // What is drawn are the light modules, in white on black whatever the terminal's own colours are.
  const isLight = (x: number, y: number) => modules[y]?.[x] !== true;
  const places = Array.from({ length: width }, (_, index) => index - QUIET);
  const lines = places
    .filter((_, index) => index % 2 === 0)
    .map((y) =>
      places
        .map((x) => halfBlock(isLight(x, y), y + 1 < modules.length + QUIET && isLight(x, y + 1)))
        .join(""),
    );
  return lines.map((line) => (isColoured ? `\u001b[97;40m${line}\u001b[0m` : line)).join("\n");
}

function halfBlock(isUpper: boolean, isLower: boolean): string {
  if (isUpper) return isLower ? HALVES.both : HALVES.upper;
  return isLower ? HALVES.lower : HALVES.none;
}
