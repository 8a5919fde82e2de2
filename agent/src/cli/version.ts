// The version of this package, as its package.json has it.
import { readFileSync } from "node:fs";

export function version(): string {
  // From src/cli and from dist/cli the way is the same.
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
