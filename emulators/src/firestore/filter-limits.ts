// What the real service refuses in a query's filters as a whole, with its texts and in the order of its checks.
// https://firebase.google.com/docs/firestore/query-data/queries ("Limits on OR queries", "Limitations").

import { invalid } from "../wire/status.ts";
import { type FieldPath, formatFieldPath } from "./field-path.ts";
import { isName } from "./field-reader.ts";
import { candidatesOf, type FieldFilter, type Filter, takesArray } from "./filter.ts";
import { compareStrings } from "./order.ts";

const MAX_DISJUNCTIONS = 30;
const MAX_NOT_IN = 10;
/** https://firebase.google.com/docs/firestore/query-data/multiple-range-fields ("Limitations"). */
const MAX_INEQUALITY_FIELDS = 10;
/** Filters of the disjunctive normal form, sort orders, and one for a subcollection's parent. */
const MAX_COMPONENTS = 100;

export function checkFilterLimits(filter: Filter, orders: number, ancestors: 0 | 1): void {
  const fields = fieldFilters(filter);
  checkNegations(fields, hasDisjunction(filter));
  checkCandidateCounts(fields);
  checkDisjunctions(filter);
  checkInequalities(fields);
  checkComponents(normalSize(filter).filters, orders, ancestors);
}

/** The fields that the order must name, in the order in which the service adds them. */
export function inequalityPaths(filter: Filter): readonly FieldPath[] {
  const byText = new Map<string, FieldPath>();
  for (const { path, operator } of fieldFilters(filter))
    if (isInequality(operator)) byText.set(formatFieldPath(path), path);
  return [...byText.values()].sort(comparePaths);
}

/** The first filter on anything but the name, for queries that may have none. */
export function firstFieldFilter(filter: Filter): FieldFilter | undefined {
  return fieldFilters(filter).find(({ path }) => !isName(path));
}

function fieldFilters(filter: Filter): readonly FieldFilter[] {
  return filter.kind === "field" ? [filter] : filter.filters.flatMap(fieldFilters);
}

function isInequality(operator: FieldFilter["operator"]): boolean {
  return isNegation(operator) || operator.startsWith("LESS_THAN") || operator.startsWith("GREATER_THAN");
}

function isNegation(operator: FieldFilter["operator"]): boolean {
  return operator === "NOT_EQUAL" || operator === "NOT_IN";
}

function hasDisjunction(filter: Filter): boolean {
  if (filter.kind === "field") return filter.operator === "IN" || filter.operator === "ARRAY_CONTAINS_ANY";
  return filter.kind === "or" || filter.filters.some(hasDisjunction);
}

function checkNegations(fields: readonly FieldFilter[], isDisjunction: boolean): void {
  const negations = fields.filter(({ operator }) => isNegation(operator));
  if (negations.length > 1)
    throw invalid(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  if (negations[0]?.operator === "NOT_IN" && isDisjunction)
    throw invalid("'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.");
}

function checkCandidateCounts(fields: readonly FieldFilter[]): void {
  for (const { operator, operand } of fields) {
    const limit = operator === "NOT_IN" ? MAX_NOT_IN : MAX_DISJUNCTIONS;
    if (takesArray(operator) && candidatesOf(operand).length > limit)
      throw invalid(`'${operator}' supports up to ${limit} comparison values.`);
  }
}

function checkDisjunctions(filter: Filter): void {
  const { disjunctions } = normalSize(filter);
  if (disjunctions > MAX_DISJUNCTIONS)
    throw invalid(
      `Too many disjunctions after normalization. Result had ${disjunctions} disjunctions which is more than the maximum of ${MAX_DISJUNCTIONS}`,
    );
  if (arrayFilters(filter) > 1)
    throw invalid("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
}

/** The disjunctive normal form, counted without writing it out: `in` is an OR of its values. */
function normalSize(filter: Filter): { disjunctions: number; filters: number } {
  if (filter.kind === "field") {
    const isOr = filter.operator === "IN" || filter.operator === "ARRAY_CONTAINS_ANY";
    const disjunctions = isOr ? candidatesOf(filter.operand).length : 1;
    return { disjunctions, filters: disjunctions };
  }
  const sizes = filter.filters.map(normalSize);
  return filter.kind === "or"
    ? sizes.reduce(
        (sum, size) => ({
          disjunctions: sum.disjunctions + size.disjunctions,
          filters: sum.filters + size.filters,
        }),
        { disjunctions: 0, filters: 0 },
      )
    : sizes.reduce(
        (product, size) => ({
          disjunctions: product.disjunctions * size.disjunctions,
          filters: product.filters * size.disjunctions + size.filters * product.disjunctions,
        }),
        { disjunctions: 1, filters: 0 },
      );
}

/** The most `array-contains` and `array-contains-any` filters in any one disjunction. */
function arrayFilters(filter: Filter): number {
  if (filter.kind === "field")
    return filter.operator === "ARRAY_CONTAINS" || filter.operator === "ARRAY_CONTAINS_ANY" ? 1 : 0;
  const counts = filter.filters.map(arrayFilters);
  return filter.kind === "or" ? Math.max(...counts) : counts.reduce((sum, count) => sum + count, 0);
}

function checkInequalities(fields: readonly FieldFilter[]): void {
  const paths = inequalityPaths({ kind: "and", filters: fields, matches: () => true });
  if (paths.length > MAX_INEQUALITY_FIELDS)
    throw invalid(
      `The query contains ${paths.length} distinct inequality fields: [${paths.map(formatFieldPath).join(", ")}]. A query may not have more than ${MAX_INEQUALITY_FIELDS} distinct inequality fields.`,
    );
  const isKeyed = fields.some(
    ({ path, operator }) => isName(path) && (operator === "EQUAL" || operator === "IN"),
  );
  if (isKeyed && paths.length > 0 && !paths.some(isName))
    throw invalid(
      "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
    );
}

function checkComponents(filters: number, orders: number, ancestors: 0 | 1): void {
  if (filters + orders + ancestors > MAX_COMPONENTS)
    throw invalid(
      `The query may not have more than ${MAX_COMPONENTS} filters + sort orders + ancestor total. Currently there are ${filters} filters, ${orders} sort orders, and ${ancestors === 0 ? "no" : "one"} ancestor filter.`,
    );
}

function comparePaths(a: FieldPath, b: FieldPath): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth += 1) {
    const order = compareStrings(a[depth]!, b[depth]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}
