// Measures: `npm run bench` all figures, `npm run bench -- NAME …` the named ones. One JSON line a figure; what each
// one measures is fixed in docs/bench.md.
import { figures } from "./figures.ts";

// Google's clients would look for a cloud to run in.
process.env.METADATA_SERVER_DETECTION ??= "none";

const known = Object.keys(figures);
const named = process.argv.slice(2);
const unknown = named.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`No figure is called ${unknown.join(", ")}. There are:\n  ${known.join("\n  ")}`);
  process.exit(2);
}

for (const name of named.length > 0 ? named : known) {
  const { unit, measure } = figures[name]!;
  const value = await measure();
  if (value === null) {
    console.error(`${name} is left out: no Chromium was found on this machine.`);
    continue;
  }
  console.log(JSON.stringify({ figure: name, value: Number(value.toPrecision(4)), unit }));
}
