import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SignetError } from "../../server/domain/errors.ts";
import { journalItem } from "../../server/offline/journals.ts";
import { corpus } from "../conformance/generator/corpus.ts";
import {
  readCorpus,
  runBundle,
  runCode,
  runFile,
  runJournal,
  runMachine,
  runToken,
  type Vector,
  wanted,
} from "./testing/conformance.ts";

const { tokens, bundles, files, journals, machines, codes } = readCorpus();
const all: readonly Vector[] = [tokens, bundles, files, journals, machines, codes].flatMap(
  ({ vectors }): readonly Vector[] => vectors,
);

/** Of each vector that turned out otherwise, how. */
async function differences<Each extends Vector>(
  vectors: readonly Each[],
  run: (vector: Each) => Promise<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const vector of vectors) {
    const outcome = await run(vector);
    if (outcome !== wanted(vector)) found.push(`${vector.id}: ${outcome} instead of ${wanted(vector)}`);
  }
  return found;
}

describe("of the conformance corpus", () => {
  test("every token is refused for its own reason, or accepted", async () => {
    expect(await differences(tokens.vectors, (vector) => runToken(vector, tokens))).toEqual([]);
  });

  test("every trust bundle is refused for its own reason, or opened", async () => {
    expect(await differences(bundles.vectors, runBundle)).toEqual([]);
  });

  test("every device's file is refused for its own reason, or read", async () => {
    expect(await differences(files.vectors, runFile)).toEqual([]);
  });

  test("every code is read, or refused by the numbers of the groups that are wrong", async () => {
    expect(await differences(codes.vectors, runCode)).toEqual([]);
  });

  test("every machine believes what it may and refuses the rest, each for its own reason", async () => {
    expect(await differences(machines.vectors, (vector) => runMachine(vector, machines))).toEqual([]);
  });

  test("every journal's chain breaks where it says, by the library's own hashes", async () => {
    expect(await differences(journals.vectors, runJournal)).toEqual([]);
  });

  test("every bad journal is refused by the server, and every good one read", async () => {
    for (const { refused, text, id } of journals.vectors) {
      const read = journalItem(text, "cor_conformance");
      if (refused === undefined) await expect(read, id).resolves.toBeDefined();
      else await expect(read, id).rejects.toMatchObject({ code: refused.code, constructor: SignetError });
    }
  });

  test("there are enough that are bad and some that are good, each with a name and a sentence of its own", () => {
    expect(all.filter(({ refused }) => refused !== undefined).length).toBeGreaterThan(200);
    expect(all.filter(({ accepted }) => accepted !== undefined).length).toBeGreaterThan(20);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, says, refused, accepted } of all) {
      expect(says, id).toMatch(/^\p{Lu}.+\.$/u);
      expect([refused, accepted].filter(Boolean).length, id).toBe(1);
    }
  });
});

test("the corpus is made again byte for byte by its generator", () => {
  for (const [name, text] of Object.entries(corpus())) {
    const written = readFileSync(new URL(`../conformance/${name}`, import.meta.url), "utf8");
    // Not compared by expect, which would print megabytes.
    expect(written === text, `${name} differs: run \`npm run conformance\` and look at what changed`).toBe(
      true,
    );
  }
});
