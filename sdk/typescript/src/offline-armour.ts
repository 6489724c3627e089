/** What stands in the first and last line of each file that people carry. */
export const OFFLINE_FILES = {
  request: "ACTIVATION REQUEST",
  response: "ACTIVATION RESPONSE",
  deactivation: "DEACTIVATION RECEIPT",
  journal: "USAGE JOURNAL",
  snapshot: "SECURITY SNAPSHOT",
} as const;
export type OfflineFileKind = keyof typeof OFFLINE_FILES;

/** What can be wrong with the text of a file, before anything in it is read. */
export type ArmourDefect =
  | "too_long"
  | "missing_begin"
  | "other_kind"
  | "missing_end"
  | "several"
  | "empty"
  | "characters"
  | "parts";

export type ArmourReading =
  | { readonly ok: true; readonly jws: string }
  | { readonly ok: false; readonly defect: ArmourDefect; readonly sentence: string };

/** As long as what a server takes in one request. */
const LENGTH_MAX = 256 * 1024;
/** What mail allows, and little is lost to line ends. */
const LINE_LENGTH = 76;
const NAMES = Object.values(OFFLINE_FILES);
/** The words of a marker; the hyphens around them, which some programs turn into dashes, are looked at apart. */
const MARKER = new RegExp(
  `(BEGIN|END)\\s{1,3}SIGNET\\s{1,3}(${NAMES.map((name) => name.replace(" ", "\\s{1,3}")).join("|")})`,
  "g",
);
const HYPHEN = /[-\u2010-\u2015]/;
/** Characters without width that mail and chat programs leave in pasted text. */
const INVISIBLE = /[\u00AD\u200B-\u200D\u2060\uFEFF]/g;
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;

/** The text of a file: a compact JWS between two lines that say what it is. */
export function writeArmour(kind: OfflineFileKind, jws: string): string {
  const lines = jws.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return [marker("BEGIN", kind), ...lines, marker("END", kind), ""].join("\n");
}

/**
 * Finds a file of one kind in a text, whatever a mail or chat program has made of it: text before and after, quoting, other
 * line breaks, lost ones, spaces. Never throws; a defect comes with a sentence that says which part is wrong and what to do.
 */
export function readArmour(kind: OfflineFileKind, text: string): ArmourReading {
  if (text.length > LENGTH_MAX)
    return defect("too_long", `This is larger than ${LENGTH_MAX / 1024} KiB, which no ${nameOf(kind)} is.`);
  const visible = text.replace(INVISIBLE, "");
  const markers = markersIn(visible);
  const bodies = new Set<string>();
  let isUnended = false;
  for (const [index, begin] of markers.entries()) {
    if (begin.word !== "BEGIN" || begin.name !== OFFLINE_FILES[kind]) continue;
    const end = markers[index + 1];
    if (end?.word === "END" && end.name === begin.name)
      bodies.add(bodyOf(visible.slice(begin.end, end.start)));
    else isUnended = true;
  }
  const [body, another] = bodies;
  if (another !== undefined)
    return defect("several", `There is more than one ${nameOf(kind)} in this text; send one at a time.`);
  if (body === undefined) return isUnended ? unended(kind) : missing(kind, markers);
  if (isUnended) return unended(kind);
  return jwsIn(kind, body);
}

interface Marker {
  readonly word: string;
  readonly name: string;
  /** Where it begins and ends, hyphens included. */
  readonly start: number;
  readonly end: number;
}

function markersIn(text: string): Marker[] {
  const found: Marker[] = [];
  for (const match of text.matchAll(MARKER)) {
    const [whole, word = "", name = ""] = match;
    const start = pastHyphens(text, match.index - 1, -1);
    const end = pastHyphens(text, match.index + whole.length, 1);
    if (start === undefined || end === undefined) continue;
    found.push({ word, name: name.replace(/\s+/, " "), start: start + 1, end });
  }
  return found;
}

/** The first place beyond at least two hyphens, or undefined where there are none; a space may stand before them. */
function pastHyphens(text: string, from: number, step: 1 | -1): number | undefined {
  let at = from;
  if (text[at] === " ") at += step;
  const first = at;
  while (HYPHEN.test(text[at] ?? "")) at += step;
  return Math.abs(at - first) >= 2 ? at : undefined;
}

/** Without line breaks, spaces and the marks of quoting, which no token has in it. */
function bodyOf(text: string): string {
  return text.replace(/[\s>]+/g, "");
}

function jwsIn(kind: OfflineFileKind, body: string): ArmourReading {
  if (body === "")
    return defect("empty", `There is nothing between the first and the last line of the ${nameOf(kind)}.`);
  const foreign = /[^A-Za-z0-9_.-]/u.exec(body)?.[0];
  if (foreign !== undefined) {
    return defect(
      "characters",
      `The ${nameOf(kind)} has ${JSON.stringify(foreign)} in it, which does not belong there; ${SEND_AGAIN}`,
    );
  }
  if (!COMPACT_JWS.test(body))
    return defect("parts", `The ${nameOf(kind)} is not whole: it must have three parts; ${SEND_AGAIN}`);
  return { ok: true, jws: body };
}

const SEND_AGAIN = "attach the file itself instead of its text, or make a new one.";

function missing(kind: OfflineFileKind, markers: readonly Marker[]): ArmourReading {
  const [other] = markers;
  if (other !== undefined && other.name !== OFFLINE_FILES[kind]) {
    return defect(
      "other_kind",
      `This is ${withArticle(other.name.toLowerCase())}, where ${withArticle(nameOf(kind))} is expected.`,
    );
  }
  return defect(
    "missing_begin",
    `This is not ${withArticle(nameOf(kind))}: send the whole file, from "${marker("BEGIN", kind)}" on.`,
  );
}

function unended(kind: OfflineFileKind): ArmourReading {
  return defect(
    "missing_end",
    `The ${nameOf(kind)} is cut off: send the whole file, to the line "${marker("END", kind)}".`,
  );
}

function marker(word: "BEGIN" | "END", kind: OfflineFileKind): string {
  return `-----${word} SIGNET ${OFFLINE_FILES[kind]}-----`;
}

/** What a file is called in a sentence. */
export function nameOf(kind: OfflineFileKind): string {
  return OFFLINE_FILES[kind].toLowerCase();
}

function withArticle(name: string): string {
  return `${/^[aeio]/.test(name) ? "an" : "a"} ${name}`;
}

function defect(what: ArmourDefect, sentence: string): ArmourReading {
  return { ok: false, defect: what, sentence };
}
