import { handOver } from "./hand-over.mjs";

await handOver("backup.ts");
