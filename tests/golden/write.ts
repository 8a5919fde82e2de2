// Rewrites tests/cases/golden.json: node --conditions=source tests/golden/write.ts
// Run it only for a change that is meant: whoever recorded a policy, claim or ledger before it computed the old ones.
import { writeFileSync } from "node:fs";
import { FILE, fileOf, readGolden } from "./file.ts";
import { goldenDigests } from "./golden.ts";

const before = readGolden();
const { digests } = goldenDigests();
writeFileSync(FILE, fileOf(digests));
for (const name of new Set([...Object.keys(before), ...Object.keys(digests)])) {
  if (before[name] === digests[name]) continue;
  const what = before[name] === undefined ? "new" : digests[name] === undefined ? "gone" : "CHANGED";
  console.log(`${what}: ${name}`);
}
