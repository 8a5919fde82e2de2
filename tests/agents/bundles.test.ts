// Bundles as the log's client fetches them: in order, however they come, and whole ones for those that are gone.
import { formatBundle, parseBundle } from "@policyledger/core";
import { expect, test } from "vitest";
import { type FetchedBundle, fetchBundles } from "../../agent/src/log/index.ts";
import { clientOf } from "./log-in-process.ts";

const SIZE = 6 * 256 + 9;
const textOf = (index: number) => `entry ${index}`;
const bundleFrom = (first: number, width: number) =>
  formatBundle(Array.from({ length: width }, (_, i) => textOf(first + i)));

/** Every bundle of a log that has grown, so that no partial one is there any more; a later one is answered before an earlier. */
const { wire } = clientOf(async ({ url }) => {
  const [, index] = /\/tile\/entries\/(\d{3})$/.exec(url) ?? [];
  if (index === undefined) return new Response(null, { status: 404 });
  await new Promise((resolve) => setTimeout(resolve, 10 - Number(index)));
  return new Response(bundleFrom(256 * Number(index), 256) as Uint8Array<ArrayBuffer>);
});

async function fetched(from: number, to: number): Promise<FetchedBundle[]> {
  const all: FetchedBundle[] = [];
  for await (const one of fetchBundles(wire, from, to, new AbortController().signal)) all.push(one);
  return all;
}

test("fetchBundles gives every bundle in its turn, and of a full one in a partial one's place as much as was asked for", async () => {
  const all = await fetched(0, SIZE);
  expect(all.map(({ bundle }) => bundle.width)).toEqual([256, 256, 256, 256, 256, 256, 9]);
  const texts = all.flatMap(({ bundle, bytes }) =>
    parseBundle(bytes!, bundle.width).map((entry) => new TextDecoder().decode(entry)),
  );
  expect(texts).toEqual(Array.from({ length: SIZE }, (_, i) => textOf(i)));
});

test("fetchBundles says of a bundle that is not there that it is null", async () => {
  const [last] = await fetched(256_000, 256_001);
  expect(last).toEqual({ bundle: { index: 1_000, width: 1 }, bytes: null });
});
