import type { Block, Content, Sender } from "./template.ts";

/** The way out of mails that are news, as their foot names it. */
export interface Foot {
  /** Where its reader turns such mails off; undefined where there is no choice. */
  readonly unsubscribeUrl?: string | undefined;
}

/** The plain text of a mail: the same pieces as its HTML. */
export function asText(content: Content, sender: Sender, { unsubscribeUrl }: Foot): string {
  const parts = [
    content.headline,
    ...content.blocks.map(blockText),
    `-- \n${footLines(content, sender).join("\n")}`,
  ];
  if (unsubscribeUrl !== undefined) parts.push(`No more of these: ${unsubscribeUrl}`);
  return `${parts.join("\n\n")}\n`;
}

function blockText(block: Block): string {
  if (block.kind === "button") return `${block.label}:\n${block.url}`;
  if (block.kind === "facts") return block.facts.map(([name, value]) => `${name}: ${value}`).join("\n");
  return block.text;
}

function footLines({ reason }: Content, { name, supportEmail }: Sender): string[] {
  return [name, reason, ...(supportEmail === null ? [] : [`Questions: ${supportEmail}`])];
}

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** Its HTML: one column that fits a phone, styles where every mail reader finds them, colours for light and dark. */
export function asHtml(content: Content, sender: Sender, { unsubscribeUrl }: Foot): string {
  const foot = footLines(content, sender).map((line) => `<p style="margin:0 0 4px">${escaped(line)}</p>`);
  if (unsubscribeUrl !== undefined)
    foot.push(`<p style="margin:0">${link(unsubscribeUrl, "No more of these", "foot")}</p>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(content.subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  .page { background: #0b1012 !important; }
  .card { background: #161e21 !important; border-color: ${sender.accent} #2a3539 #2a3539 !important; }
  .ink { color: #d9e0e2 !important; }
  .dim, .foot { color: #94a2a6 !important; }
  .rule { border-color: #2a3539 !important; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f6f8f8">
<div style="display:none;max-height:0;overflow:hidden">${escaped(content.preview)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f6f8f8"><tr><td align="center" style="padding:32px 16px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;text-align:left;${FONT}">
<tr><td class="ink" style="padding:0 4px 16px;font-size:15px;font-weight:600;color:#1d2629"><span style="display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:8px;background:${sender.accent}"></span>${escaped(sender.name)}</td></tr>
<tr><td class="card" style="background:#ffffff;border:1px solid #e1e7e8;border-top:3px solid ${sender.accent};border-radius:8px;padding:28px 28px 12px">
<h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;color:#1d2629">${escaped(content.headline)}</h1>
${content.blocks.map((block) => blockHtml(block, sender)).join("\n")}
</td></tr>
<tr><td class="foot" style="padding:16px 4px 0;font-size:13px;line-height:1.5;color:#4b585c">${foot.join("")}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function blockHtml(block: Block, { accent }: Sender): string {
  switch (block.kind) {
    case "text":
      return `<p class="ink" style="margin:0 0 16px;font-size:16px;line-height:1.55;color:#1d2629">${escaped(block.text)}</p>`;
    case "heading":
      return `<h2 class="ink" style="margin:0 0 4px;font-size:16px;line-height:1.4;font-weight:650;color:#1d2629">${escaped(block.text)}</h2>`;
    case "note":
      return `<p class="dim" style="margin:0 0 16px;font-size:14px;line-height:1.55;color:#4b585c">${escaped(block.text)}</p>`;
    case "button":
      return `<p style="margin:4px 0 20px"><a href="${escaped(block.url)}" target="_blank" rel="noreferrer" style="display:inline-block;padding:12px 22px;border-radius:6px;font-size:16px;font-weight:600;text-decoration:none;background:${accent};color:${inkOn(accent)}">${escaped(block.label)}</a></p>
<p class="dim" style="margin:0 0 16px;font-size:13px;line-height:1.5;color:#4b585c;word-break:break-all">Or open ${link(block.url, block.url, "dim")}</p>`;
    case "facts":
      return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px;font-size:15px">${block.facts
        .map(
          ([name, value]) =>
            `<tr><td class="dim rule" style="padding:8px 12px 8px 0;border-bottom:1px solid #e1e7e8;color:#4b585c;vertical-align:top">${escaped(name)}</td><td class="ink rule" align="right" style="padding:8px 0;border-bottom:1px solid #e1e7e8;color:#1d2629;vertical-align:top">${escaped(value)}</td></tr>`,
        )
        .join("")}</table>`;
  }
}

function link(url: string, words: string, look: "dim" | "foot"): string {
  return `<a class="${look}" href="${escaped(url)}" target="_blank" rel="noreferrer" style="color:#4b585c;text-decoration:underline">${escaped(words)}</a>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(words: string): string {
  return words.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** Black or white, whichever is read better on the colour (WCAG's relative luminance). */
function inkOn(colour: string): "#000000" | "#ffffff" {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}
