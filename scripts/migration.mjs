import { handOver } from "./hand-over.mjs";

await handOver("migration.ts");
