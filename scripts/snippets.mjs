import { handOver } from "./hand-over.mjs";

await handOver("snippets.ts");
