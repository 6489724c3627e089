import { readFileSync } from "node:fs";
import { nodePlatform } from "../platform-node.ts";
import { isRecord, parseJson } from "../shapes.ts";
import type { StateStorage } from "../storage.ts";
import { fileStorage } from "../storage-file.ts";
import { CliError } from "./failure.ts";
import type { Option } from "./option.ts";

export const SETTINGS_FILE = "signet.json";
const NAMES = ["server", "tenant", "rootKey", "product", "state", "features"] as const;
type Name = (typeof NAMES)[number];

/** What is set, and by what: flags go before the environment, and that before the file. */
export type Settings = Readonly<Partial<Record<Name, { readonly value: string; readonly from: string }>>>;

export const SETTING_OPTIONS: readonly Option[] = [
  { name: "server", value: "URL", summary: "the license server (SIGNET_SERVER)" },
  { name: "tenant", value: "SLUG", summary: "the vendor's account (SIGNET_TENANT)" },
  { name: "root-key", value: "KEY", summary: "the vendor's root key, 43 characters (SIGNET_ROOT_KEY)" },
  { name: "product", value: "CODE", summary: "the product (SIGNET_PRODUCT)" },
  { name: "state", value: "DIRECTORY", summary: "where the license is kept (SIGNET_STATE)" },
  {
    name: "features",
    value: "CODES",
    summary: "what the product asks about, by commas: typed codes name none (SIGNET_FEATURES)",
  },
  { name: "config", value: "FILE", summary: `settings as JSON; ./${SETTINGS_FILE} where there is one` },
];

export function readSettings(
  values: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): Settings {
  const named = values.config ?? env.SIGNET_CONFIG;
  const file = typeof named === "string" ? named : undefined;
  const stored = readSettingsFile(file ?? SETTINGS_FILE, file !== undefined);
  const found: [Name, { value: string; from: string }][] = [];
  for (const name of NAMES) {
    const flag = values[flagOf(name)];
    const variable = variableOf(name);
    const set = env[variable];
    if (typeof flag === "string") found.push([name, { value: flag, from: `--${flagOf(name)}` }]);
    else if (set !== undefined && set !== "") found.push([name, { value: set, from: variable }]);
    else if (stored[name] !== undefined)
      found.push([name, { value: stored[name], from: file ?? SETTINGS_FILE }]);
  }
  return Object.fromEntries(found);
}

export interface Needs {
  readonly online: boolean;
}

/** The SDK's options, as far as the command line sets them. */
export interface CommandLineOptions {
  readonly server: string;
  readonly tenant: string;
  readonly rootKey: string;
  readonly product: string;
  readonly storage: StateStorage;
  readonly features: readonly string[];
}

/** The SDK's options by these settings. Where no server is needed none need be named. */
export function signetOptions(settings: Settings, { online }: Needs): CommandLineOptions {
  const need = (name: Name) => {
    const setting = settings[name];
    if (setting !== undefined) return setting.value;
    const next = `Pass --${flagOf(name)}, set ${variableOf(name)}, or write "${name}" into ${SETTINGS_FILE}.`;
    throw new CliError("configuration", "configuration_missing", `The setting ${name} is missing.`, next);
  };
  const server = online ? need("server") : (settings.server?.value ?? "https://offline.invalid");
  const [tenant, rootKey, product] = [need("tenant"), need("rootKey"), need("product")];
  const state = settings.state?.value;
  const storage = state === undefined ? nodePlatform.storage(tenant, product) : fileStorage(state);
  const features = (settings.features?.value ?? "").split(",").filter((code) => code !== "");
  return { server, tenant, rootKey, product, storage, features };
}

function readSettingsFile(path: string, isNamed: boolean): Partial<Record<Name, string>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!isNamed && error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new CliError(
      "noInput",
      "file_unreadable",
      `${path} cannot be read.`,
      "Check its name and permissions.",
    );
  }
  const content = parseJson(text);
  if (isSettingsFile(content)) return content;
  const unknown = isRecord(content) ? Object.keys(content).find((key) => !isName(key)) : undefined;
  const what =
    unknown === undefined
      ? `${path} is not an object of texts.`
      : `${path} has a field "${unknown}" that is not known.`;
  const next = `Its fields are ${NAMES.join(", ")}, each a text.`;
  throw new CliError("configuration", "configuration_invalid", what, next);
}

function isSettingsFile(content: unknown): content is Partial<Record<Name, string>> {
  return (
    isRecord(content) &&
    Object.entries(content).every(([key, value]) => isName(key) && typeof value === "string")
  );
}

function isName(key: string): key is Name {
  return NAMES.some((name) => name === key);
}

function flagOf(name: Name): string {
  return name === "rootKey" ? "root-key" : name;
}

function variableOf(name: Name): string {
  return `SIGNET_${flagOf(name).replace("-", "_").toUpperCase()}`;
}
