// The figures of what is deployed: how soon a new instance answers, and how long its one file is.
import { statSync } from "node:fs";
import { join } from "node:path";
import { cloudEnvironment, firstAnswer } from "../deploy/framework.ts";
import { packFunctions } from "../deploy/packed.ts";
import { startStandIn } from "./stand-in.ts";

const ROUNDS = 7;
/** Reads one document, as most first requests do. */
const PATH = "/api/v1/ledger/head";
/** Nothing is published by reading. */
const NO_QUEUE = "127.0.0.1:9";

/** The median of seven new processes, each from its start to the end of its first answer. */
export async function coldStart(): Promise<number> {
  const packed = await packFunctions();
  const firestore = await startStandIn("firestore");
  const environment = cloudEnvironment(`${firestore.host}:${firestore.port}`, NO_QUEUE);
  const times: number[] = [];
  try {
    for (let i = 0; i < ROUNDS; i++) {
      const { running, milliseconds, status } = await firstAnswer(
        { folder: packed.folder, target: "api", signature: "http", environment },
        PATH,
      );
      await running.stop();
      if (status !== 200) throw new Error(`bug: ${PATH} answers ${status}: ${running.text()}`);
      times.push(milliseconds);
    }
  } finally {
    await firestore.stop();
    packed.remove();
  }
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

export async function bundleBytes(): Promise<number> {
  const packed = await packFunctions();
  try {
    return statSync(join(packed.folder, "lib/index.cjs")).size;
  } finally {
    packed.remove();
  }
}
