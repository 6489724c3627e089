import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import { MigrationAdapterFactory } from "./adapter.ts";

export type Engine = bindings.SchemaEngine;

let loaded = false;

/** Prisma's schema engine as WebAssembly: nothing is downloaded when it first runs. */
function load(): void {
  if (loaded) return;
  const script = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const bytes = readFileSync(join(dirname(script), "schema_engine_bg.wasm"));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    "./schema_engine_bg.js": { ...bindings, ...unreferencedTimers() },
  });
  bindings.__wbg_set_wasm(exports);
  if (typeof exports.__wbindgen_start === "function") exports.__wbindgen_start();
  loaded = true;
}

/** The engine leaves its ten-second lock timeout running; it must not hold the process back from ending. */
function unreferencedTimers(): WebAssembly.ModuleImports {
  const names = Object.keys(bindings).filter((name) => name.startsWith("__wbg_setTimeout_"));
  const start = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
  return Object.fromEntries(names.map((name) => [name, start]));
}

/** The engine looks here when it panics; without it the panic itself would be lost in a TypeError. */
function rememberPanics(): () => string | undefined {
  let message: string | undefined;
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message: (text: string) => {
        message = text;
      },
    },
  });
  return () => message;
}

/** Runs `work` with an engine connected to `url`, and frees it afterwards. */
export async function withEngine<T>(url: string, work: (engine: Engine) => Promise<T>): Promise<T> {
  load();
  const panic = rememberPanics();
  const factory = new MigrationAdapterFactory(url);
  const adapter = bindMigrationAwareSqlAdapterFactory(factory);
  const engine = await bindings.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter);
  try {
    const result = await work(engine);
    engine.free();
    return result;
  } catch (error) {
    const message = panic();
    throw message === undefined ? error : new Error(`The schema engine failed: ${message}`, { cause: error });
  } finally {
    await factory.close();
  }
}
