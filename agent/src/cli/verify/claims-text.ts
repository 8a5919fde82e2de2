// The report of `verify` on claims: one in full, many as a table, and below it everything that differs.
import {
  differenceLines,
  expectedOf,
  placeOf,
  rewardIn,
  runIn,
  signed,
  stateIn,
  unitOfClaim,
} from "../claims/texts.ts";
import { billionths, counted, fields, foreign, points, short, type Terminal, table } from "../terminal.ts";
import type { Checked, CheckedState } from "./checked.ts";

export function checkedJson({
  what,
  state,
  claim,
  claim_id,
  verdict,
  evaluation,
  job,
  wrong,
}: Checked): object {
  return {
    what,
    state,
    ...(claim_id !== null && { claim_id, ...(claim !== null && { agent_id: claim.agent_id }) }),
    ...(verdict !== null && { replayed: { ...verdict, ...(evaluation !== null && { evaluation }) } }),
    ...(job !== null && { job }),
    wrong,
  };
}

export function claimsText(checked: readonly Checked[], terminal: Terminal): string {
  if (checked.length === 0) return "nothing was checked";
  const parts = checked.length === 1 ? [inFull(checked[0]!, terminal)] : [listed(checked, terminal)];
  for (const one of checked) {
    for (const { message, differences, said } of one.wrong) {
      const sign = one.state === "UNCHECKED" ? terminal.paint.yellow("!") : terminal.paint.red("✗");
      const lines = differenceLines(differences, terminal, { said, unit: unitOfClaim(one.claim) });
      parts.push([signed(sign, `${nameOf(one)}: ${message}`, terminal), ...lines].join("\n"));
    }
  }
  return parts.join("\n\n");
}

const IN_WORDS: Readonly<Record<CheckedState, string>> = {
  HOLDS: "as claimed",
  FALSE: "false",
  LIES: "lied about",
  PENDING: "not decided yet",
  UNCHECKED: "not checked",
};

function nameOf({ what, claim_id }: Checked): string {
  return what === claim_id ? `claim ${short(what)}` : what;
}

function inFull(one: Checked, terminal: Terminal): string {
  const { what, state, claim, claim_id, verdict, evaluation, job } = one;
  const unit = unitOfClaim(one.claim);
  const rows: [string, string][] = [["claim", claim_id ?? "not signed yet"]];
  if (claim !== null && claim_id !== null) rows.push(["agent", foreign(claim.agent_id)]);
  if (claim !== null) rows.push(["of", placeOf(claim)]);
  if (verdict?.verdict === "VALID") {
    if ("commits" in verdict) rows.push(["run", `${runIn(verdict)}, as claimed`]);
    else {
      const reward = rewardIn(verdict.verified_reward, unit);
      rows.push(["reward", `${reward}, as claimed`], ["steps", String(verdict.steps)]);
    }
  } else if (claim?.kind === "policy")
    rows.push(["reward", `${rewardIn(claim.claimed_reward, unit)} claimed`]);
  if (evaluation !== null) rows.push(["expected", expectedOf(evaluation, unit)]);
  if (job !== null) {
    const entry = job.index === undefined ? "" : `, entry ${job.index}`;
    const same = { HOLDS: ": as replayed here", FALSE: ": as replayed here" } as Readonly<
      Record<string, string>
    >;
    rows.push(["service", `says ${job.state}${entry}${same[state] ?? ""}`]);
  }
  const title = what === claim_id ? `claim ${short(what)}` : foreign(what);
  return [`${stateIn(terminal.paint, state)}  ${title}`, "", fields(terminal, rows)].join("\n");
}

/** Of very many, only those that need a look. */
const LISTED = 100;

function listed(checked: readonly Checked[], terminal: Terminal): string {
  const shown = checked.length <= LISTED ? checked : checked.filter(({ state }) => state !== "HOLDS");
  const rows = shown.map((one) => {
    const { state, claim, evaluation, verdict } = one;
    const unit = unitOfClaim(one.claim);
    const reward =
      verdict?.verdict === "VALID" && "steps" in verdict && unit !== null
        ? points(verdict.verified_reward, unit)
        : "";
    const expected = evaluation === null || unit === null ? "" : billionths(evaluation.expected, unit);
    const place = claim === null ? "" : placeOf(claim);
    return [foreign(nameOf(one)), stateIn(terminal.paint, state), reward, expected, place];
  });
  const columns = [
    { title: "claim", least: 12 },
    { title: "state" },
    { title: "reward", right: true },
    { title: "expected", right: true },
    { title: "of", least: 16 },
  ];
  const states = new Map<CheckedState, number>();
  for (const { state } of checked) states.set(state, (states.get(state) ?? 0) + 1);
  const summary = [...states].map(([state, number]) => `${number} ${IN_WORDS[state]}`).join(", ");
  return [
    ...(rows.length > 0 ? [table(terminal, columns, rows), ""] : []),
    `${counted(checked.length, "claim")}: ${summary}`,
  ].join("\n");
}
