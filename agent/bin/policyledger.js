#!/usr/bin/env node
// Starts the command from what `npm run build` makes, which is what is published.
import module from "node:module";

// From Node 22.8 on: the second start of a command need not compile it.
module.enableCompileCache?.();
const { main } = await import("../dist/cli/main.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error(`policyledger is not built: run \`npm run build\` in its repository (${error.message})`);
  process.exit(70);
});
await main(process.argv.slice(2));
