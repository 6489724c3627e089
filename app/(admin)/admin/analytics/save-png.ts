import { saveFile } from "../../../_components/save-file.ts";

const SCALE = 2;
const MARGIN = 24;
const TITLE_HEIGHT = 44;
const LEGEND_HEIGHT = 30;
/** What a chart's lines and letters get from style sheets, which a picture by itself has not. */
const STYLES = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-dasharray",
  "stroke-opacity",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "display",
];

export interface Picture {
  /** Holds the drawn chart. */
  readonly element: HTMLElement;
  readonly title: string;
  readonly legend: readonly { readonly name: string; readonly color: string }[];
  /** Of the file, without its end. */
  readonly name: string;
}

/** Saves a chart as a picture, in the colours in which it is looked at, with its title and legend. */
export async function savePng({ element, title, legend, name }: Picture): Promise<void> {
  const svg = element.querySelector(".recharts-wrapper > svg");
  if (!(svg instanceof SVGSVGElement)) throw new Error("The chart is not drawn.");
  const { width, height } = svg.getBoundingClientRect();
  const image = await imageOf(svg, width, height);
  const canvas = document.createElement("canvas");
  const foot = legend.length > 0 ? LEGEND_HEIGHT : 0;
  canvas.width = (width + 2 * MARGIN) * SCALE;
  canvas.height = (height + 2 * MARGIN + TITLE_HEIGHT + foot) * SCALE;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no pictures.");
  const { color, fontFamily } = getComputedStyle(element);
  const paint = (variable: string) => getComputedStyle(element).getPropertyValue(variable);
  context.scale(SCALE, SCALE);
  context.fillStyle = paint("--signet-surface");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = color;
  context.font = `650 17px ${fontFamily}`;
  context.fillText(title, MARGIN, MARGIN + 17, width);
  context.drawImage(image, MARGIN, MARGIN + TITLE_HEIGHT, width, height);
  drawLegend();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob === null) throw new Error("This browser made no picture.");
  saveFile(`${name}.png`, "image/png", blob);

  function drawLegend(): void {
    if (context === null) return;
    const baseline = MARGIN + TITLE_HEIGHT + height + LEGEND_HEIGHT - 6;
    let left = MARGIN;
    context.font = `13px ${fontFamily}`;
    for (const { name: text, color: shade } of legend) {
      context.fillStyle = paint(`--mantine-color-${shade.replace(".", "-")}`);
      context.fillRect(left, baseline - 10, 11, 11);
      context.fillStyle = color;
      context.fillText(text, left + 17, baseline);
      left += 17 + context.measureText(text).width + 20;
    }
  }
}

async function imageOf(svg: SVGSVGElement, width: number, height: number): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error("A copy is what it is a copy of.");
  const drawn = [svg, ...svg.querySelectorAll("*")];
  for (const [index, part] of [copy, ...copy.querySelectorAll("*")].entries()) {
    const original = drawn[index];
    if (!(part instanceof SVGElement) || original === undefined) continue;
    const style = getComputedStyle(original);
    for (const property of STYLES) part.style.setProperty(property, style.getPropertyValue(property));
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const url = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }),
  );
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
