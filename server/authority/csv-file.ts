import { CsvError, parse } from "csv-parse/sync";
import { SignetError } from "../domain/errors.ts";

export interface CsvRow {
  /** The line of the file on which it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFile {
  readonly headings: readonly string[];
  /** Without the headings and without empty lines. */
  readonly rows: readonly CsvRow[];
}

const DELIMITERS = [",", ";", "\t"] as const;

/**
 * Reads a table as spreadsheets save it: parted by commas, semicolons or tabs, with any line ends and with or without a byte order
 * mark. Throws `invalid_request`, naming the line, for what is no such file, and for one of more than `rowsMax` rows.
 */
export function readCsv(file: string, rowsMax: number): CsvFile {
  // The parser counts a line end of two characters within a cell as two lines.
  const text = file.replaceAll(/\r\n?/g, "\n");
  const [head, ...rows] = readOrRefuse(text, delimiterOf(text), rowsMax + 2);
  if (head === undefined)
    throw new SignetError("invalid_request", "The file is empty; its first line names the columns.");
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell !== ""));
  if (filled.length > rowsMax) {
    throw new SignetError(
      "invalid_request",
      `The file has more than ${rowsMax.toLocaleString("en")} rows; import it in parts.`,
    );
  }
  return { headings: head.cells, rows: filled };
}

/** What parts the headings into the most columns. */
function delimiterOf(text: string): string {
  const counts = DELIMITERS.map((delimiter) => ({ delimiter, count: headingsIn(text, delimiter) }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).delimiter;
}

function headingsIn(text: string, delimiter: string): number {
  try {
    return read(text, delimiter, 1)[0]?.cells.length ?? 0;
  } catch (error) {
    // Parted by another, quoted headings make no sense.
    if (error instanceof CsvError) return 0;
    throw error;
  }
}

function readOrRefuse(text: string, delimiter: string, rowsMax: number): CsvRow[] {
  try {
    return read(text, delimiter, rowsMax);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === "number" ? ` on line ${error.lines.toLocaleString("en")}` : "";
    const why =
      error.code === "CSV_QUOTE_NOT_CLOSED"
        ? `A quotation mark is opened${line} and never closed.`
        : `A quotation mark stands${line} where none may; write it twice, in a field that is quoted.`;
    throw new SignetError("invalid_request", `This file could not be read as a table. ${why}`, {
      cause: error,
    });
  }
}

function read(text: string, delimiter: string, rowsMax: number): CsvRow[] {
  const ends: number[] = [];
  const records = parse(text, {
    delimiter,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    to: rowsMax,
    on_record(record, { lines }) {
      ends.push(lines);
      return record;
    },
  });
  return records.map((cells, index) => ({ line: (ends[index] ?? 0) - linesWithin(cells), cells }));
}

/** The parser tells the line on which a record ends. */
function linesWithin(cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
}
