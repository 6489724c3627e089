import { expect, test } from "vitest";
import { readCsv } from "./csv-file.ts";

test.each([
  ["commas and Unix line ends", 'a,b\n1,"x, y"\n'],
  ["semicolons, CRLF and a byte order mark, as Excel saves it", '\uFEFFa;b\r\n1;"x, y"\r\n'],
  ["quoted headings", '"a";"b"\r\n"1";"x, y"'],
  ["tabs, as cells are pasted", "a\tb\n1\tx, y"],
  ["the line ends of old Macs", 'a,b\r1,"x, y"\r'],
])("a table is read with %s", (_, text) => {
  expect(readCsv(text, 10)).toEqual({ headings: ["a", "b"], rows: [{ line: 2, cells: ["1", "x, y"] }] });
});

test("each row knows the line it begins on, past empty lines and line breaks within a cell", () => {
  const { rows } = readCsv('a;b\r\n\r\n1;"one\r\ntwo ""quoted"""\r\n;\r\n2;x\r\n', 10);
  expect(rows).toEqual([
    { line: 3, cells: ["1", 'one\ntwo "quoted"'] },
    { line: 6, cells: ["2", "x"] },
  ]);
});

test("what is no table is refused with the line to look at", () => {
  const said = (text: string) => {
    try {
      return readCsv(text, 2);
    } catch (error) {
      return error instanceof Error ? error.message : error;
    }
  };
  expect(said("")).toBe("The file is empty; its first line names the columns.");
  expect(said('a,b\n1,"never closed')).toContain("is opened on line 2 and never closed");
  expect(said('a,b\n1,x"y"')).toContain("stands on line 2 where none may");
  expect(said("a\n1\n2\n3\n")).toBe("The file has more than 2 rows; import it in parts.");
  expect(said("a\n1\n2\n\n")).toMatchObject({ rows: [{ line: 2 }, { line: 3 }] });
});
