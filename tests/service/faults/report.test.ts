// docs/faults.md says what the table says.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { DOCUMENT, withReport } from "./report.ts";
import { allCases } from "./table.ts";

test("docs/faults.md has the table as it is; node --conditions=source tests/service/faults/report.ts writes it", () => {
  const document = readFileSync(DOCUMENT, "utf8");
  expect(document).toBe(withReport(document));
});

test("What docs/faults.md has no column for leaves nothing to mend", () => {
  const others = ["error before, passing", "aborted", "late answer", "twice", "again", "at once"];
  const mended = allCases().filter(
    ({ kind, fault, mender }) => kind !== "Rollback" && others.includes(fault) && mender !== "nobody",
  );
  expect(mended).toEqual([]);
});
