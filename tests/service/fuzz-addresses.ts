// Addresses and headers that nobody would send who means well.
import fc from "fast-check";
import { routes } from "../../functions/src/http/app.ts";
import { hexOf } from "./fuzz-values.ts";

const oddSegments = [
  ...[
    "0",
    "-1",
    "00",
    "1e9",
    "9".repeat(30),
    "0".repeat(64),
    "%00",
    "%ff%fe",
    "%zz",
    "%",
    "%2e%2e",
    "..",
    ".",
    "%2F",
  ],
  ...[
    "__proto__",
    "constructor",
    "{index}",
    ":index",
    "*",
    "a".repeat(5_000),
    "é",
    "%F0%9F%98%80",
    "head",
    "best",
    ";x=1",
  ],
];
const segments = fc.oneof(fc.constantFrom(...oddSegments), hexOf(64), fc.webSegment());
const queries = fc.oneof(
  { weight: 3, arbitrary: fc.constant("") },
  {
    weight: 2,
    arbitrary: fc
      .array(
        fc.tuple(
          fc.constantFrom(
            "order",
            "from",
            "limit",
            "env_id",
            "preset",
            "by",
            "x",
            "__proto__",
            "a/~b",
            "k".repeat(500),
          ),
          fc.oneof(
            fc.constantFrom("", "0", "-1", "1e3", "newest", "standard", "9".repeat(20), " 1", "1 ", "\u0000"),
            fc.string(),
          ),
        ),
        { maxLength: 4 },
      )
      .map(
        (pairs) =>
          `?${pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`).join("&")}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "?",
      "?&&",
      "?=",
      "?%",
      "?limit=%ff",
      "?limit=1;order=oldest",
      `?${"&a".repeat(3_000)}`,
      "?limit[]=1",
    ),
  },
);

export const paths = fc
  .tuple(
    fc.constantFrom(...routes.map(({ path }) => path), "/nothing", "", "//", "/ledger/0/1"),
    segments,
    queries,
  )
  .map(([path, segment, query]) => path.replace(/\{\w+\}/, () => segment) + query);

/** What a header may hold at all: anything but what ends it. */
const headerText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
});
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["if-none-match", ["*", '"', "W/", '"a", "b"', '"'.repeat(5_000), "W/".repeat(5_000)]],
  ["accept", ["text/event-stream", ";q=", "*/*;q=0", ",".repeat(5_000), "text/event-stream;".repeat(500)]],
  ["accept-encoding", ["gzip", "gzip;q=0", "identity;q=0", "*;q=0.5", "br;q=x", "gzip,".repeat(2_000)]],
  ["last-event-id", ["-1", "1e99", "9".repeat(5_000), "RECORDED", "%00"]],
  [
    "x-forwarded-for",
    ["unknown", "::1", "1.2.3.4:5", "[::1]:5", "1.2.3.4,".repeat(2_000), ",,,", "fe80::1%eth0"],
  ],
  ["x-request-id", ["<script>", "a".repeat(64), "a".repeat(65), "..", "12345678"]],
  ["traceparent", ["00-", `00-${"0".repeat(32)}-x`, "a".repeat(5_000)]],
  ["content-length", ["-1", "x", "1e9", "0"]],
  ["range", ["bytes=0-1"]],
  ["origin", ["null", "https://evil.test"]],
];
export const headers = fc.oneof(
  { weight: 4, arbitrary: fc.constant([] as (readonly [string, string])[]) },
  {
    weight: 4,
    arbitrary: fc.array(
      fc
        .constantFrom(...HEADERS)
        .chain(([name, values]) =>
          fc.oneof(fc.constantFrom(...values), headerText).map((value) => [name, value] as const),
        ),
      { maxLength: 4 },
    ),
  },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 500 }, (_, i) => [`x-many-${i}`, "y"] as const)) },
);
