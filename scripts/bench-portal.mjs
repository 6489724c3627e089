import { handOver } from "./hand-over.mjs";

await handOver("../tests/bench/portal.ts");
