import { bundles } from "./bundles.ts";
import { codes } from "./codes.ts";
import { files } from "./files.ts";
import { journals } from "./journals.ts";
import { machines } from "./machines.ts";
import { tokens } from "./tokens.ts";

/** Every file of the corpus by its name. */
export function corpus(): Readonly<Record<string, string>> {
  const contents = {
    "tokens.json": tokens(),
    "bundles.json": bundles(),
    "files.json": files(),
    "journals.json": journals(),
    "machines.json": machines(),
    "codes.json": codes(),
  };
  return Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [name, `${JSON.stringify(content, null, 2)}\n`]),
  );
}
