// The figure of replays in a browser's worker: it is sent an artifact, and answers with the rate.
import type { Artifact } from "@policyledger/core";
import { replayRate } from "./replay.ts";

declare const self: {
  onmessage: (event: { readonly data: Artifact }) => void;
  postMessage(stepsPerSecond: number): void;
};

self.onmessage = ({ data }) => self.postMessage(replayRate(data));
