import fc from "fast-check";
import { runs } from "./runs";

/** Every property runs on the same cases each time; `FC_SEED=2 npm test` looks at others. */
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1), numRuns: runs(100) });
