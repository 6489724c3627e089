import { readFile } from "node:fs/promises";
import type { Call } from "./command.ts";
import { CliError } from "./failure.ts";

/** The text of a file; of stdin where it is `-`. */
export async function fileText({ surroundings }: Pick<Call, "surroundings">, path: string): Promise<string> {
  if (path === "-") return surroundings.stdin();
  try {
    return await readFile(path, "utf8");
  } catch {
    const next = "Check its name and permissions.";
    throw new CliError("noInput", "file_unreadable", `${path} cannot be read.`, next);
  }
}
