// docs/environments.md against the code: its tables are read, and every cell is compared.
import { describe, expect, test } from "vitest";
import { nodeHost } from "../../node/index.ts";
import { EpisodeRandom } from "../../src/alea.ts";
import { environmentKind, environmentKinds, makeEnvironment } from "../../src/environments/registry.ts";
import { runEpisode } from "../../src/episode.ts";
import { recorder } from "../../src/trajectory.ts";
import { numbers, section, table } from "./markdown.ts";
import { ACTIONS, CYBER, HEALTHS, seen, weightsOver } from "./rules.ts";

describe.each(environmentKinds.map((kind) => [kind.id, kind] as const))(
  "docs/environments.md of %s",
  (id, kind) => {
    test("the document lists the fields of the observation, their sizes and values", () => {
      const rows = table(id, "field", "size");
      expect(rows.map((row) => [row.field, Number(row.size)])).toEqual(
        kind.fields.map(({ name, size }) => [name, size]),
      );
      kind.fields.forEach(({ labels }, i) => {
        if (labels !== undefined) expect(rows[i]!["values from 0"]).toBe(labels.join(", "));
      });
    });

    test("the document lists the actions", () => {
      expect(section(id)).toContain(`**Actions** from 0: ${kind.actions.join(", ")}.`);
    });

    test("the document lists every preset with every field", () => {
      const rows = table(id, "preset").map(({ preset, ...fields }) => {
        const values = Object.entries(fields).map(([name, cell]) => {
          const listed = numbers(cell);
          return [name, listed.length === 1 ? listed[0] : listed];
        });
        return [preset, Object.fromEntries(values)];
      });
      expect(Object.fromEntries(rows)).toEqual(kind.presets);
    });

    test("the document lists every field of the configuration, and the ranges that are taken", () => {
      const rows = table(id, "field", "range");
      expect(rows.map((row) => row.field)).toEqual(Object.keys(kind.presets.standard));
      for (const { field, range } of rows) {
        const ends = /^(\d+) … (\d+)$/.exec(range!);
        if (ends === null) continue;
        const [low, high] = [Number(ends[1]), Number(ends[2])];
        for (const value of [low, high])
          expect(makeEnvironment(id, { [field!]: value }).config[field!]).toBe(value);
        for (const value of [low - 1, high + 1]) {
          expect(() => makeEnvironment(id, { [field!]: value })).toThrow(`/${field}`);
        }
      }
    });

    test("the document counts the model's states", () => {
      const row = table("model()", "environment", "state").find(({ environment }) => environment === id)!;
      const counted = (cell: string): number => {
        const last = cell.split(": ").at(-1)!;
        const bySlots = /^\(slots \+ 1\) × (\d+)$/.exec(last);
        return bySlots === null ? Number(last) : 25 * Number(bySlots[1]);
      };
      const { stateCount, afterCount } = makeEnvironment(id).model();
      expect(counted(row.state!)).toBe(stateCount);
      expect(counted(row["after-state"]!)).toBe(afterCount);
    });
  },
);

describe("docs/environments.md of cyber-defense-v1", () => {
  const model = makeEnvironment(CYBER).model();
  const cells = model.observationOf.flatMap((code, state) =>
    ACTIONS.map((name, action) => ({ name, before: seen(code), chance: model.outcomes(state, action) })),
  );

  test("the document's table of rewards has one row for each case, and what it pays", () => {
    const rows = table(CYBER, "action", "LOW");
    for (const { name, before, chance } of cells) {
      const fitting = rows.filter(({ action }) => {
        const [of, when] = action!.split(", ");
        if (of !== name) return false;
        if (when === undefined) return true;
        const [what, ...values] = when.split(/ or | /);
        return values.includes(what === "type" ? before.type : before.confidence);
      });
      expect(fitting).toHaveLength(1);
      for (const { reward, after } of chance.outcomes) {
        expect(after === null ? reward + 100 : reward).toBe(Number(fitting[0]![before.severity]));
      }
    }
  });

  test("the document's table of outcomes has one row for each case, and its weights", () => {
    const rows = table(CYBER, "severity", "action", "health");
    for (const { name, before, chance } of cells) {
      const fitting = rows.filter(
        ({ severity, action, health }) =>
          severity === before.severity &&
          health === before.health &&
          (action === "any" || action!.split(", ").includes(name)),
      );
      expect(fitting).toHaveLength(1);
      const weights = HEALTHS.map((health) => Number(fitting[0]![health]));
      expect(weightsOver(100, chance)).toEqual(weights.filter((weight) => weight > 0));
    }
  });
});

describe("the examples of docs/environments.md", () => {
  test("the document's first draws are Alea's", () => {
    const rows = table("The random stream", "text");
    expect(rows.map(({ text }) => text)).toEqual(["0", "42"]);
    for (const row of rows) {
      const random = new EpisodeRandom();
      random.seed(row.text!);
      // The words that stand there after seeding; nothing but a test looks at them.
      const { s0, s1, s2 } = random as unknown as { s0: number; s1: number; s2: number };
      expect(numbers(row["S0, S1, S2 after seeding"]!)).toEqual([s0, s1, s2].map((word) => word * 2 ** 32));
      expect(numbers(row["first six draws"]!)).toEqual(
        Array.from({ length: 6 }, () => random.next() * 2 ** 32),
      );
    }
  });

  test("the document's worked example happens so, with these digests", () => {
    const rows = table("A worked example", "step", "state");
    const { observe, steps } = recorder(nodeHost);
    const actions = rows.map((row) => Number(row.action));
    const act = () => actions.shift()!;
    const { reward } = runEpisode(
      makeEnvironment(CYBER, { horizon: 3 }),
      { begin: () => {}, act },
      0,
      observe,
    );
    expect(
      rows.map((row) => ({
        state: Number(row.state),
        action: Number(row.action),
        reward: Number(row.reward),
        next_state: Number(row["next state"]),
        end: row.end,
        digest: row.digest,
      })),
    ).toEqual(steps);
    expect(section("A worked example")).toContain(`The total is ${reward}: ${reward / 10} points.`);
  });

  test("the document's weights of the start are the model's", () => {
    const text = section("A worked example");
    const listed = /weights are ([\d, ]+) for LOW,\s+then ([\d, ]+) for MEDIUM, then ([\d, ]+) for HIGH/.exec(
      text,
    )!;
    const weights = listed.slice(1).flatMap((part) => numbers(part.trim()));
    expect(weights).toEqual(weightsOver(500, makeEnvironment(CYBER).model().start));
    expect(Math.floor((2553471588 * 500) / 2 ** 32)).toBe(297);
  });

  test("the document names the environments that there are", () => {
    for (const { id, rewardUnit } of environmentKinds) {
      expect(section(id)).toContain("**The end.**");
      expect(environmentKind(id).rewardUnit).toBe(rewardUnit);
      expect(rewardUnit).toBe(10);
    }
  });
});
