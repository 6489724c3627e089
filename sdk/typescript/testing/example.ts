import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

const PACKAGE = join(import.meta.dirname, "..");
const ENTRIES = { ".": "node", "./backend": "backend" } as const;

/** Puts a program of the examples where somebody has it who installed the SDK there. @returns its path. */
export async function installExample(name: string, directory: string): Promise<string> {
  const installed = join(directory, "node_modules", "@signet", "sdk");
  await mkdir(installed, { recursive: true });
  const exports = Object.fromEntries(Object.entries(ENTRIES).map(([path, entry]) => [path, `./${entry}.js`]));
  await writeFile(
    join(installed, "package.json"),
    JSON.stringify({ name: "@signet/sdk", type: "module", exports }),
  );
  for (const entry of Object.values(ENTRIES)) {
    const source = join(PACKAGE, "src", `${entry}.ts`);
    await writeFile(join(installed, `${entry}.js`), `export * from ${JSON.stringify(source)};`);
  }
  const program = join(directory, name);
  await copyFile(join(PACKAGE, "examples", name), program);
  return program;
}
