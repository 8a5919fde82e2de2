// How lucky a claimed seed was: what the same policy earns on thousands of others, run here, and where the claim stands.
import { useEffect, useRef } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { Chart, type Data, type Line } from "../../ui/chart.tsx";
import { exact, percent, reward, whole } from "../../ui/numbers.ts";
import { Show } from "../../ui/state.tsx";
import { work } from "../../work/call.ts";
import type { Luck as Found, PolicyEntry } from "../../work/tasks.ts";

const LINES: readonly Line[] = [
  { label: "seeds", stroke: "--accent", fill: "--rail", paths: "bars" },
  { label: "seeds like the claimed one", stroke: "--warn", fill: "--warn", paths: "bars" },
];

export function Luck({ entry, unit }: { entry: PolicyEntry; unit: number }) {
  const found = useLoaded(
    (signal) => work("luck", { origin: location.origin, entry }, { signal }),
    [entry.current_hash],
  );
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [entry.current_hash]);
  return (
    <section class="luck" aria-labelledby="luck">
      <h2 id="luck" ref={heading} tabIndex={-1}>
        How lucky is entry {entry.index}?
      </h2>
      <Show of={found} rows={5}>
        {(value) => <Spread of={value} entry={entry} unit={unit} />}
      </Show>
    </section>
  );
}

function Spread({
  of: { figures, bins, standing, best },
  entry: { seed, verified_reward, evaluation },
  unit,
}: {
  of: Found;
  entry: PolicyEntry;
  unit: number;
}) {
  const { below, equal, above } = standing;
  const share = (part: number) => percent(part / figures.episodes);
  return (
    <>
      <p role="status">
        The claimed seed {seed} earned <strong>{reward(verified_reward, unit)}</strong>: more than{" "}
        {share(below)} of {whole(figures.episodes)} seeds, as much as {share(equal)}, less than {share(above)}
        . This browser has just run them all.
      </p>
      <Chart
        data={dataOf(bins, verified_reward, unit)}
        lines={LINES}
        x="return"
        what={`Returns on seeds 0 to ${figures.episodes - 1}: from ${reward(figures.min, unit)} to ${reward(figures.max, unit)}, half of them up to ${reward(figures.quartiles[1], unit)}. The bar that stands out has the claimed reward in it.`}
      />
      <table>
        <caption>What choosing the best of many seeds is worth</caption>
        <tbody>
          <tr>
            <th scope="row">any seed, exactly</th>
            <td class="number">{evaluation ? exact(evaluation.expected, unit) : "not evaluated"}</td>
          </tr>
          {best.map((one) => (
            <tr key={one.tries}>
              <th scope="row">the best of {whole(one.tries)}, on average</th>
              <td class="number">{(one.reward / unit).toFixed(2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function dataOf(bins: Found["bins"], claimed: number, unit: number): Data {
  const isClaimed = ({ from, to }: Found["bins"][number]) => from <= claimed && claimed < to;
  return [
    bins.map(({ from, to }) => (from + to) / 2 / unit),
    bins.map((bin) => (isClaimed(bin) ? null : bin.count)),
    bins.map((bin) => (isClaimed(bin) ? bin.count : null)),
  ];
}
