/**
 * Where this library keeps its state: some named texts of a few kilobytes. Names are of a–z, 0–9 and dashes.
 *
 * What is stored is a credential (it holds the device's private key): keep it from other users of the machine.
 */
export interface StateStorage {
  get(name: string): Promise<string | undefined>;
  /** Replaces the whole text, or leaves the old one: never half of it. */
  set(name: string, text: string): Promise<void>;
  /**
   * Stores a text under a name that nothing is stored under yet, or says `false` and leaves what is there. Where it is missing, only
   * one process may use the storage at a time, or what they wrote to the usage journal is lost.
   */
  add?(name: string, text: string): Promise<boolean>;
  /** Deleting what is not there is a success. */
  delete(name: string): Promise<void>;
  /** The names of all texts stored here, in any order. */
  list(): Promise<readonly string[]>;
}

/** Keeps state for as long as the process lives: for tests, and for workloads that activate at each start. */
export function memoryStorage(): StateStorage {
  const texts = new Map<string, string>();
  return {
    get: async (name) => texts.get(name),
    set: async (name, text) => {
      texts.set(name, text);
    },
    add: async (name, text) => {
      if (texts.has(name)) return false;
      texts.set(name, text);
      return true;
    },
    delete: async (name) => {
      texts.delete(name);
    },
    list: async () => [...texts.keys()],
  };
}

/** The part of the Web Storage API that is used: `localStorage` satisfies it. */
export interface WebStorageArea {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
  removeItem(name: string): void;
  readonly length: number;
  key(index: number): string | null;
}

/** Keeps state in a browser's `localStorage`, under names that begin with `prefix`. */
export function webStorage(area: WebStorageArea, prefix: string): StateStorage {
  return {
    get: async (name) => area.getItem(prefix + name) ?? undefined,
    set: async (name, text) => area.setItem(prefix + name, text),
    add: async (name, text) => {
      if (area.getItem(prefix + name) !== null) return false;
      area.setItem(prefix + name, text);
      return true;
    },
    delete: async (name) => area.removeItem(prefix + name),
    list: async () => {
      const names = Array.from({ length: area.length }, (_, index) => area.key(index) ?? "");
      return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    },
  };
}
