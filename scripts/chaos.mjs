import { handOver } from "./hand-over.mjs";

await handOver("../tests/chaos/main.ts");
