// What a plan's run was like: every attempt with its batch, what came of it, and ε against its bound.
import type { PlanDocument, PlanEvent, PlanRun } from "@policyledger/core";
import { runPlan } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { progress } from "../progress.ts";
import { counted, fields, foreign, type Terminal, table, wrap } from "../terminal.ts";

export interface Traced {
  readonly run: PlanRun;
  readonly events: readonly PlanEvent[];
}

/** Runs a plan, telling how far it is. */
export function tracedRun(document: PlanDocument, terminal: Terminal): Traced {
  const events: PlanEvent[] = [];
  const bar = progress(terminal, { label: "running", total: document.plan.ops.length, unit: "ops" });
  try {
    const run = runPlan(nodeHost, document, {
      observe: (event) => {
        events.push(event);
        bar.set(event.committed, `${event.attempt} attempts`);
      },
    });
    return { run, events };
  } finally {
    bar.end();
  }
}

export function tracedJson({ run, events }: Traced): object {
  const attempts = events.map(({ batch, forced, outcome }) => ({ batch, forced, ...withTexts(outcome) }));
  switch (run.status) {
    case "refused":
      return { status: run.status, faults: run.faults };
    case "halted": {
      const { receipts: _, ...rest } = run;
      return { ...rest, attempts };
    }
    case "finished": {
      const { receipts: _, finalState, ...rest } = run;
      const final_state = Object.fromEntries(finalState.map(([field, value]) => [field, `${value}`]));
      return { ...rest, final_state, attempts };
    }
  }
}

/** Integers that may be long go as texts. */
function withTexts(outcome: PlanEvent["outcome"]): object {
  return Object.fromEntries(
    Object.entries(outcome).map(([name, value]) => [name, typeof value === "bigint" ? `${value}` : value]),
  );
}

/** Of a run with more attempts only the failures are shown, and the first and last batches. */
const SHOWN = 40;
const AT_AN_END = 10;

export function tracedText({ run, events }: Traced, terminal: Terminal, all: boolean): string {
  const { paint } = terminal;
  if (run.status === "refused") {
    const lines = run.faults.map(
      ({ code, path, message }) => `  ${foreign(path, 80)}  ${code}: ${foreign(message, 400)}`,
    );
    return [`${paint.red("✗")} the plan may not run`, ...lines].join("\n");
  }
  const { statistics } = run;
  const title =
    run.status === "finished"
      ? `${paint.green("✓")} finished: ${counted(statistics.totalOpsCommitted, "op")} in ${counted(statistics.commits, "commit")}`
      : `${paint.red("✗")} ${wrap(`halted behind ${counted(statistics.commits, "commit")}: ${run.code}: ${run.message}`, terminal.width, 2)}`;
  const counts = `${statistics.attempts} attempts, ${counted(statistics.executionSplits, "split")}, ${statistics.batchesBuilt} batches built`;
  const rows: [string, string][] = [["plan", run.planHash]];
  if (run.status === "finished") rows.push(["state", run.finalStateHash], ["commit", run.finalCommitHash]);
  rows.push(["run", counts]);
  const end = run.status === "finished" ? ["", ...stateText(run.finalState, terminal)] : [];
  return [attemptsText(events, terminal, all), "", title, "", fields(terminal, rows), ...end].join("\n");
}

function attemptsText(events: readonly PlanEvent[], terminal: Terminal, all: boolean): string {
  const isShown = ({ outcome }: PlanEvent, i: number) =>
    all ||
    events.length <= SHOWN ||
    i < AT_AN_END ||
    i >= events.length - AT_AN_END ||
    outcome.kind !== "committed";
  const shown = all ? events : events.filter(isShown).slice(0, 2 * SHOWN);
  const columns = [
    { title: "", right: true },
    { title: "batch", least: 16 },
    { title: "outcome", least: 16 },
    { title: "ε", right: true },
    { title: "of", right: true },
  ];
  const rows = shown.map((event) => [
    String(event.attempt),
    foreign(event.batch.join(" "), 400),
    outcomeText(event, terminal),
    ...epsilonOf(event),
  ]);
  const left = events.length - shown.length;
  return [
    table(terminal, columns, rows),
    ...(left > 0
      ? [terminal.paint.dim(`… and ${counted(left, "more attempt", "more attempts")}; --all shows them`)]
      : []),
  ].join("\n");
}

function outcomeText({ outcome, forced, batch }: PlanEvent, { paint }: Terminal): string {
  if (outcome.kind === "committed") return paint.green(`commit ${outcome.index}${forced ? ", forced" : ""}`);
  const next = {
    halt: "the end",
    drop_last: `without ${batch.at(-1)}`,
    split: `split: the smallest alone`,
  }[outcome.transform];
  const text = `${outcome.code}, ${next}`;
  return outcome.transform === "halt" ? paint.red(foreign(text, 200)) : paint.yellow(foreign(text, 200));
}

function epsilonOf({ outcome }: PlanEvent): [string, string] {
  const { epsilonMeasured = null, epsilonHat = null } = outcome as {
    epsilonMeasured?: bigint | null;
    epsilonHat?: bigint | null;
  };
  const text = (value: bigint | null) => (value === null ? "" : shortened(`${value}`));
  return [text(epsilonMeasured), text(epsilonHat)];
}

/** Of a number that is as long as a line, how long it is. */
function shortened(digits: string): string {
  return digits.length <= 16 ? digits : `${digits.slice(0, 6)}… (${digits.length} digits)`;
}

const FIELDS = 30;

function stateText(state: readonly (readonly [string, bigint])[], terminal: Terminal): string[] {
  const rows = state
    .slice(0, FIELDS)
    .map(([field, value]): [string, string] => [foreign(field, 60), shortened(`${value}`)]);
  const left = state.length - rows.length;
  return [
    fields(terminal, rows),
    ...(left > 0 ? [terminal.paint.dim(`… and ${counted(left, "more field", "more fields")}`)] : []),
  ];
}
