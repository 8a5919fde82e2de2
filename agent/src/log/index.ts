// @policyledger/agent/log: the transparency log's client, for Node and for browsers. Apart from the rest of the SDK, since
// whoever only sends claims needs no signatures checked.
export { type FetchedBundle, fetchBundles } from "./bundles.ts";
export { ContradictionError } from "./error.ts";
export { type LogClient, type LogOptions, openLog, type ProvenEntry } from "./log.ts";
export type { View } from "./look.ts";
export { type Memory, memoryOfProcess, type Remembered } from "./memory.ts";
export type { Wire } from "./wire.ts";
