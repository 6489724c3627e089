import { handOver } from "./hand-over.mjs";

await handOver("seed-world.ts");
