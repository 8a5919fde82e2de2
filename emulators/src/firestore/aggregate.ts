// Aggregations over the results of a query: count, sum and average.

import { invalid } from "../wire/status.ts";
import type { Document } from "./document.ts";
import {
  type FieldReader,
  fieldReader,
  isName,
  parseFieldReference,
  type WireFieldReference,
} from "./field-reader.ts";
import { NumberSum } from "./number-sum.ts";
import type { Value } from "./value.ts";

export type Aggregation =
  | { readonly kind: "count"; readonly alias: string; readonly upTo: number | null }
  | { readonly kind: "sum" | "average"; readonly alias: string; readonly read: FieldReader };

/** google.firestore.v1.StructuredAggregationQuery.Aggregation, decoded: one of the three is set. */
export interface WireAggregation {
  readonly count?: { readonly upTo?: { readonly value: string | number } | null } | null;
  readonly sum?: { readonly field: WireFieldReference | null } | null;
  readonly avg?: { readonly field: WireFieldReference | null } | null;
  readonly alias: string;
}

/** query.proto: "A minimum of one and maximum of five aggregations per query." */
const MAX_AGGREGATIONS = 5;

export function parseAggregations(wire: readonly WireAggregation[]): readonly Aggregation[] {
  if (wire.length === 0) throw invalid("An aggregation query must have at least one aggregation.");
  if (wire.length > MAX_AGGREGATIONS)
    throw invalid(
      `The maximum number of aggregations allowed in an aggregation query is ${MAX_AGGREGATIONS}. Received: ${wire.length}`,
    );
  let unnamed = 0;
  const seen = new Set<string>();
  return wire.map((aggregation) => {
    if (aggregation.alias === "") unnamed += 1;
    const alias = aggregation.alias || `field_${unnamed}`;
    if (seen.has(alias)) throw invalid(`Aggregation aliases contain duplicate alias: ${alias}`);
    seen.add(alias);
    return parseAggregation(aggregation, alias);
  });
}

/**
 * As the real service does, which reads them from one index: a document counts for all of the aggregations if it has
 * all the fields that they add up, and else for none.
 */
export function aggregate(
  aggregations: readonly Aggregation[],
  documents: Iterable<Document>,
): Map<string, Value> {
  const fields = aggregations.flatMap((aggregation) =>
    aggregation.kind === "count"
      ? []
      : [{ read: aggregation.read, sum: new NumberSum(), kind: aggregation.kind, alias: aggregation.alias }],
  );
  let count = 0;
  for (const document of documents) {
    const values = fields.map(({ read }) => read(document));
    if (values.includes(undefined)) continue;
    count += 1;
    for (const [i, value] of values.entries()) fields[i]!.sum.add(value!);
  }
  const sums = new Map(
    fields.map(({ alias, kind, sum }) => [alias, kind === "sum" ? sum.sum() : sum.average()]),
  );
  return new Map(
    aggregations.map((aggregation) => [
      aggregation.alias,
      aggregation.kind === "count" ? counted(count, aggregation.upTo) : sums.get(aggregation.alias)!,
    ]),
  );
}

function parseAggregation({ count, sum, avg }: WireAggregation, alias: string): Aggregation {
  if (count) return { kind: "count", alias, upTo: parseUpTo(count.upTo) };
  if (sum) return { kind: "sum", alias, read: readerOf(sum.field) };
  if (avg) return { kind: "average", alias, read: readerOf(avg.field) };
  throw invalid(`Aggregation "${alias}" has no operator: count, sum or avg is wanted.`);
}

function readerOf(wire: WireFieldReference | null): FieldReader {
  const path = parseFieldReference(wire);
  if (isName(path)) throw invalid("Aggregations are not supported for the property: __key__");
  return fieldReader(path);
}

function parseUpTo(wire: { readonly value: string | number } | null | undefined): number | null {
  if (!wire) return null;
  const upTo = Number(wire.value);
  if (upTo <= 0) throw invalid(`up_to is ${wire.value}; it must be greater than zero.`);
  return upTo;
}

function counted(count: number, upTo: number | null): Value {
  return { kind: "integer", value: BigInt(upTo === null ? count : Math.min(count, upTo)) };
}
