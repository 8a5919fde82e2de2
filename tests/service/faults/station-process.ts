// A station in a process of its own, which a test kills in the middle of its work. Says "ready", reads what to do as one
// line of JSON, does it, and says how it went: node station-process.ts
import { createInterface } from "node:readline";
import type { KeyPair } from "@policyledger/core/node";
import { type Address, serviceAt } from "../service-at.ts";
import { perform, type Work } from "./work.ts";

export interface Order extends Address {
  readonly time: number;
  readonly trainer: KeyPair;
  readonly work: Work;
}

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const { time, trainer, work, ...address } = JSON.parse(line) as Order;
  const { service } = serviceAt(address, { now: () => time, trainer, log: () => {} });
  const said = await perform(service, work).then(
    () => "done",
    (error) => `failed: ${error}`,
  );
  console.log(said);
}
