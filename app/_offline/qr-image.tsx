import encodeQR from "qr";
import classes from "./offline.module.css";

/** Beyond it a code has so many squares that few cameras read them off a screen. */
const LENGTH_MAX = 1_800;

export function fitsQr(text: string): boolean {
  return text.length <= LENGTH_MAX;
}

/** A text to be photographed off the screen. */
export function QrImage({ text, label }: { text: string; label: string }) {
  return (
    <div
      className={classes.qr}
      role="img"
      aria-label={label}
      // biome-ignore lint/security/noDangerouslySetInnerHtml: an SVG made here, of squares only.
      dangerouslySetInnerHTML={{ __html: encodeQR(text, "svg", { border: 2, ecc: "low" }) }}
    />
  );
}
