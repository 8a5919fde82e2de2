// firestore.indexes.json holds exactly the indexes that the service's queries need, and its rules let nobody in.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Firestore, type Query } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import * as documents from "../../functions/src/documents.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const db = new Firestore({ projectId: "p" }) as never;
const TIME = "2026-01-01T00:00:00.000Z";

const QUERIES: Readonly<Record<string, unknown>> = {
  waitingForAppend: documents.waitingForAppend(db),
  dueForResending: documents.dueForResending(db, TIME),
  oldestOf: documents.oldestOf(db, "PENDING"),
  latestOf: documents.latestOf(db, "a"),
  keptUntilBefore: documents.keptUntilBefore(documents.policies(db), TIME),
  keptUntilBeforeOfPlans: documents.keptUntilBefore(documents.plans(db), TIME),
  leasesBefore: documents.leasesBefore(db, "QUEUED", TIME),
  openTrainings: documents.openTrainings(db),
  openTrainingsOf: documents.openTrainingsOf(db, "k"),
  openTrainingsFrom: documents.openTrainingsFrom(db, "a"),
};

interface Wanted {
  readonly collection: string;
  readonly fields: readonly string[];
}

/** Fields compared with "==" or "in" come first, then those that are ordered by, each with its direction. */
function indexFor(query: unknown): Wanted {
  const { structuredQuery } = (query as Query & { toProto(): { structuredQuery: Structured } }).toProto();
  const filters = structuredQuery.where?.compositeFilter?.filters ?? [structuredQuery.where!];
  const equal = filters
    .filter(({ fieldFilter }) => ["EQUAL", "IN"].includes(fieldFilter!.op))
    .map(({ fieldFilter }) => fieldFilter!.field.fieldPath);
  const ordered = (structuredQuery.orderBy ?? []).map(
    ({ field, direction }) => `${field.fieldPath} ${direction}`,
  );
  return {
    collection: structuredQuery.from[0]!.collectionId,
    fields: [...equal.map((name) => `${name} ASCENDING`), ...ordered],
  };
}

interface FieldFilter {
  readonly fieldFilter?: { readonly op: string; readonly field: { readonly fieldPath: string } };
}

interface Structured {
  readonly from: readonly { readonly collectionId: string }[];
  readonly where?: FieldFilter & { readonly compositeFilter?: { readonly filters: readonly FieldFilter[] } };
  readonly orderBy?: readonly {
    readonly field: { readonly fieldPath: string };
    readonly direction: string;
  }[];
}

const { indexes, fieldOverrides } = JSON.parse(readFileSync(`${root}firestore.indexes.json`, "utf8")) as {
  indexes: { collectionGroup: string; fields: { fieldPath: string; order: string }[] }[];
  fieldOverrides: { collectionGroup: string; fieldPath: string; indexes: { order: string }[] }[];
};

const named = ({ collection, fields }: Wanted) => `${collection}: ${fields.join(", ")}`;

test("firestore.indexes.json holds the composite indexes that the queries need, and no others", () => {
  const needed = Object.values(QUERIES)
    .map(indexFor)
    .filter(({ fields }) => fields.length > 1);
  const there = indexes.map(({ collectionGroup, fields }) =>
    named({
      collection: collectionGroup,
      fields: fields.map(({ fieldPath, order }) => `${fieldPath} ${order}`),
    }),
  );
  expect(there.sort()).toEqual([...new Set(needed.map(named))].sort());
});

test("firestore.indexes.json leaves every field unindexed but those that a query alone looks at", () => {
  const needed = Object.values(QUERIES)
    .map(indexFor)
    .filter(({ fields }) => fields.length === 1);
  const there = fieldOverrides.flatMap(({ collectionGroup, fieldPath, indexes }) =>
    indexes.map(({ order }) => named({ collection: collectionGroup, fields: [`${fieldPath} ${order}`] })),
  );
  expect(there.sort()).toEqual([...new Set(needed.map(named))].sort());
  const bare = fieldOverrides
    .filter(({ fieldPath }) => fieldPath === "*")
    .map(({ collectionGroup }) => collectionGroup);
  expect(bare).toEqual([
    "agents",
    "document",
    "ledger",
    "ledger_entries",
    "plans",
    "points",
    "policies",
    "rankings",
    "receipts",
    "trainings",
    "verification_jobs",
  ]);
});

test("documents.ts is the only file of the service that makes a query", () => {
  const folder = `${root}functions/src/`;
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const asking = files.filter((file) =>
    /\.(where|orderBy|collectionGroup)\(/.test(readFileSync(folder + file, "utf8")),
  );
  expect(asking).toEqual(["documents.ts"]);
  const exported = Object.entries(documents).filter(
    ([, value]) => typeof value === "function" && /\.where\(/.test(String(value)),
  );
  const asked = Object.keys(QUERIES).map((name) => name.replace(/OfPlans$/, ""));
  expect(exported.map(([name]) => name).sort()).toEqual([...new Set(asked)].sort());
});

test("firestore.rules denies everything to clients of the database itself", () => {
  const rules = readFileSync(`${root}firestore.rules`, "utf8");
  expect(rules).toMatch(/match \/\{document=\*\*\} \{\s*allow read, write: if false;/);
  expect(rules.match(/allow/g)).toHaveLength(1);
});
