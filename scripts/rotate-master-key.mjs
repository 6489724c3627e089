import { handOver } from "./hand-over.mjs";

await handOver("rotate-master-key.ts");
