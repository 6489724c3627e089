import { COMMANDS, GLOBALS } from "../src/cli/commands.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { shownOption, usageOf } from "../src/cli/help.ts";
import type { Option } from "../src/cli/option.ts";

/** The sections of the page that are made from what the command line itself goes by, with their headings. */
const SECTIONS: Readonly<Record<string, string>> = {
  Commands: COMMANDS.map((command) =>
    [
      `### ${command.name}`,
      `\`\`\`sh\n${usageOf(command)}\n\`\`\``,
      `${capitalised(command.summary)}.`,
      ...(command.options.length === 0 ? [] : [optionTable(command.options)]),
    ].join("\n\n"),
  ).join("\n\n"),
  "Options of every command": optionTable(GLOBALS),
  "Exit codes": tableOf(
    ["code", "meaning"],
    Object.values(EXIT).map(({ code, meaning }) => [`\`${code}\``, meaning]),
  ),
};

/** The page of the command line, with the tables as its commands are now. */
export function withCommands(markdown: string): string {
  return withSections(markdown, SECTIONS);
}

/** A page with these sections' contents in the place of what they had. */
export function withSections(markdown: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce((page, [heading, content]) => {
    const [before, rest, ...more] = page.split(`\n## ${heading}\n`);
    if (before === undefined || rest === undefined || more.length > 0)
      throw new Error(`The page needs one section "${heading}".`);
    const end = rest.indexOf("\n## ");
    return `${before}\n## ${heading}\n\n${content}\n${end === -1 ? "" : rest.slice(end)}`;
  }, markdown);
}

function optionTable(options: readonly Option[]): string {
  return tableOf(
    ["option", "what it does"],
    options.map((option) => [
      `\`${shownOption(option)}\``,
      option.many ? `${option.summary}; may be given again` : option.summary,
    ]),
  );
}

export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
