import { EVENT_TYPES, EVENTS } from "#server/domain/event-catalogue.ts";

/** Every type of event, as Markdown, from the catalogue that the events are checked against. */
export function eventsMarkdown(): string {
  const rows = EVENT_TYPES.map((type) => `| [\`${type}\`](#${anchorOf(type)}) | ${EVENTS[type].when} |`);
  const sections = EVENT_TYPES.map((type) => {
    const { when, version, example } = EVENTS[type];
    const data = JSON.stringify(example, null, 2);
    return `### ${type}\n\n${when} Version ${version}; \`data\`:\n\n\`\`\`json\n${data}\n\`\`\`\n`;
  });
  return ["## Events\n", "| type | when |\n|---|---|", ...rows, "", ...sections].join("\n");
}

/** As the page's headings are named. */
function anchorOf(type: string): string {
  return type.replaceAll(".", "");
}
