/** Writes the corpus: `npm run conformance`. Nothing here is random, so the same files come out each time. */
import { writeFileSync } from "node:fs";
import { corpus } from "./generator/corpus.ts";

for (const [name, text] of Object.entries(corpus())) writeFileSync(new URL(name, import.meta.url), text);
