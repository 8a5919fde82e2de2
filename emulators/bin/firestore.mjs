#!/usr/bin/env node
// The local Firestore as a command, on Node 24 or later, which reads TypeScript.
const WANTED = 24;

if (Number.parseInt(process.versions.node, 10) < WANTED) {
  console.error(
    `The local Firestore needs Node ${WANTED}; this is ${process.version}. Try: npx node emulators/bin/firestore.mjs`,
  );
  process.exit(1);
}
await import("../src/firestore/main.ts");
