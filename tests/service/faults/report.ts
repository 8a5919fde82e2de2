// What docs/faults.md says of the table: made from it, so that it stays true. As a script, writes it there:
// node --conditions=source tests/service/faults/report.ts
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Fault, Mender } from "./cases.ts";
import type { StationName } from "./stations.ts";
import { allCases, TABLE } from "./table.ts";

export const DOCUMENT = fileURLToPath(new URL("../../../docs/faults.md", import.meta.url));
const BEGIN = "<!-- made by tests/service/faults/report.ts -->";
const END = "<!-- until here -->";

const COLUMNS: readonly Fault[] = [
  "error before",
  "error after",
  "error after, passing",
  "death before",
  "death after",
];

/** The document with the tables as they are now. */
export function withReport(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`Cannot write the report: ${DOCUMENT} has no place for it`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${report()}\n${document.slice(end)}`;
}

function report(): string {
  const cases = allCases();
  const count = (mender: Mender) => cases.filter((one) => one.mender === mender).length;
  const lines = [
    `**${cases.length} cases.** Nothing to mend in ${count("nobody")}; mended by the agent, who asks again, in ${count("agent")}; ` +
      `by redelivery in ${count("redelivery")}; by the sweep in ${count("sweep")}; by nobody, though it was needed, in 0.`,
    "",
    `| | call | ${COLUMNS.join(" | ")} |`,
    `| --- | --- |${COLUMNS.map(() => " --- |").join("")}`,
  ];
  for (const station of Object.keys(TABLE) as StationName[]) {
    for (const [i, { kind, nth, what }] of TABLE[station].entries()) {
      if (kind === "whole") continue;
      const cells = COLUMNS.map((fault) => {
        const found = cases.find(
          (one) => one.station === station && one.kind === kind && one.nth === nth && one.fault === fault,
        );
        return found === undefined ? "" : found.mender === "nobody" ? "–" : found.mender;
      });
      lines.push(
        `| ${i === 0 ? `**${station}**` : ""} | \`${kind}\` ${nth}: ${what} | ${cells.join(" | ")} |`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(DOCUMENT, withReport(readFileSync(DOCUMENT, "utf8")));
}
