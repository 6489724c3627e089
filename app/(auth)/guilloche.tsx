import classes from "./auth.module.css";

const TURNS = 900;

/** A rosette as engraved on banknotes and seals: a wave wound around a circle until it closes on itself. */
function rosette(radius: number, wave: number, petals: number, phase: number): string {
  const points = Array.from({ length: TURNS + 1 }, (_, index) => {
    const angle = (index / TURNS) * 2 * Math.PI;
    const distance = radius + wave * Math.sin(petals * angle + phase);
    return `${(distance * Math.cos(angle)).toFixed(1)} ${(distance * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}Z`;
}

const RINGS = [
  { radius: 400, wave: 34, petals: 36, lines: 6, color: "#74bfcb", opacity: 0.22 },
  { radius: 300, wave: 52, petals: 24, lines: 8, color: "#a5d5dd", opacity: 0.26 },
  { radius: 190, wave: 44, petals: 12, lines: 8, color: "#e0985a", opacity: 0.34 },
  { radius: 96, wave: 30, petals: 8, lines: 6, color: "#f0c7a2", opacity: 0.4 },
];

/** The seal's engraving. Pure ornament. */
export function Guilloche() {
  return (
    <svg viewBox="-450 -450 900 900" className={classes.guilloche} role="presentation">
      {RINGS.map(({ radius, wave, petals, lines, color, opacity }) => (
        <g key={radius} fill="none" stroke={color} strokeOpacity={opacity} strokeWidth="0.9">
          {Array.from({ length: lines }, (_, line) => {
            const phase = (line / lines) * 2 * Math.PI;
            return <path key={phase} d={rosette(radius, wave, petals, phase)} />;
          })}
        </g>
      ))}
    </svg>
  );
}
