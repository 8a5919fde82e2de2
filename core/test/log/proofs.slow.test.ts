// Altered proofs of all trees up to 80 leaves.
import { expect, test } from "vitest";
import { alteredConsistencies, alteredInclusions } from "./altered-proofs.ts";

test("no altered inclusion proof holds", () => expect(alteredInclusions(80)).toBeGreaterThan(500_000));
test("no altered consistency proof holds", () => expect(alteredConsistencies(80)).toBeGreaterThan(500_000));
