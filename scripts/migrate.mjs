import { handOver } from "./hand-over.mjs";

await handOver("migrate.ts");
