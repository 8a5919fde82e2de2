// The curvature matrix: for two blocks of fields, how much ops of both may bend V together, as an exact fraction. It is symmetric
// and given by its entries i ≤ j; one that is missing is 0.
import type { Rational } from "../evaluation/rational.ts";
import type { Hasher } from "../host.ts";
import { taggedHash } from "./hashes.ts";
import type { Reader } from "./reader.ts";

const MATRIX_VERSION = "id:curvature.rational_scaled.v1";

export interface CurvatureMatrix {
  readonly versionId: typeof MATRIX_VERSION;
  readonly size: number;
  /** Sorted by i, then by j. */
  readonly entries: readonly { readonly i: number; readonly j: number; readonly value: Rational }[];
}

export function readMatrix(reader: Reader, value: unknown, path: string): CurvatureMatrix {
  const fields = reader.fields(value, path, ["versionId", "size", "entries"]);
  const versionId = reader.oneOf(fields.versionId, path, "versionId", [MATRIX_VERSION]);
  const size = reader.count(fields.size, path, "size", 1);
  const seen = new Set<string>();
  const entries = reader.list(fields.entries, `${path}/entries`, (one, at) => {
    const entry = reader.fields(one, at, ["i", "j", "value"]);
    const [i, j] = [reader.count(entry.i, at, "i", 0), reader.count(entry.j, at, "j", 0)];
    const fraction = reader.fraction(entry.value ?? { num: "1", den: "1" }, `${at}/value`);
    if (i > j || j >= size) reader.note(at, null, `wanted i ≤ j < ${size}, got ${i} and ${j}`);
    if (fraction.num <= 0n) reader.note(at, "value", "wanted a fraction above 0: an entry of 0 is left out");
    if (seen.has(`${i} ${j}`)) reader.note(at, null, `there is an entry ${i}, ${j} before it`);
    seen.add(`${i} ${j}`);
    return { i, j, value: fraction };
  });
  return { versionId, size, entries: entries.sort((a, b) => a.i - b.i || a.j - b.j) };
}

/** The matrix's canonical JSON. */
export function matrixText(matrix: CurvatureMatrix): string {
  const entries = matrix.entries.map(
    ({ i, j, value }) => `{"i":${i},"j":${j},"value":${fractionText(value)}}`,
  );
  return `{"entries":[${entries.join(",")}],"size":${matrix.size},"versionId":"${matrix.versionId}"}`;
}

export function matrixDigest(host: Hasher, matrix: CurvatureMatrix): string {
  return taggedHash(host, "nk2/matrix/v1", matrixText(matrix));
}

export function fractionText({ num, den }: Rational): string {
  return `{"den":"${den}","num":"${num}"}`;
}
