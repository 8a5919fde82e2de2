// `policyledger audit` and `export`: what holds is kept and gone on from, exports are checked without the service, and
// what is damaged in a file is named.
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { agentNamed, bodyOf, submissionOf } from "../../scripts/agents.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";
import { CYBER, record, startWorld, type World } from "./world.ts";

let world: World;
let exported: string;
const home = newHome();
const file = join(home, "ledger.ndjson");

beforeAll(async () => {
  world = await startWorld();
  const { code, err } = await run(["export", file]);
  expect([code, err]).toEqual([0, ""]);
  exported = readFileSync(file, "utf8");
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

const run = (args: readonly string[], at = home) => policyledger(args, { home: at, endpoint: world.url });
const replaced = (): readonly (readonly [string | RegExp, string])[] => [
  [world.url, "http://the-service"],
  [home, "HOME"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME"],
];

describe("audit", () => {
  test("checks a ledger, replays it, and remembers what it saw", async () => {
    const fresh = newHome();
    await expectGolden("audit", ["audit"], await run(["audit"], fresh), replaced());
    const again = ["audit", "--replay"];
    await expectGolden("audit-replay", again, await run(again, fresh), replaced());
    const forget = ["audit", "--forget"];
    await expectGolden("audit-forget", forget, await run(forget, fresh), replaced());
    expect(JSON.parse((await run(["audit", "--json"], fresh)).out)).toMatchObject({ ok: true, seen: null });
  });

  test("keeps what it checked for its owner only", async () => {
    const fresh = newHome();
    await run(["audit"], fresh);
    const folder = join(fresh, "ledgers", world.url.slice(7).replace(":", "_"));
    for (const name of ["audit.json", "entries.ndjson", "policies.ndjson"]) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  test("asks only for what has come since, and finds it", async () => {
    const fresh = newHome();
    await run(["audit", "--no-policies"], fresh);
    const asked: string[] = [];
    world.tamper((path, text) => {
      asked.push(path);
      return text;
    });
    expect((await run(["audit", "--no-policies"], fresh)).code).toBe(0);
    expect(asked.filter((path) => path.includes("ledger?"))).toEqual([]);
    const rules = { v: 1, kind: "rules", env_id: CYBER, default_action: 2, rules: [] } as const;
    const config = { env_id: CYBER, algorithm: "q-learning", seed: 0 } as const;
    const index = await record(world.cloud, bodyOf(submissionOf(agentNamed("late"), rules, config, 5)));
    const { out } = await run(["audit", "--json"], fresh);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      size: index + 1,
      held: index + 1,
      seen: { size: index },
    });
    expect(asked.filter((path) => path.includes("ledger?"))).toEqual([
      `/api/v1/ledger?order=oldest&from=${index}&limit=1`,
    ]);
  });

  test("takes nothing for checked that was changed or lost on this machine", async () => {
    const fresh = newHome();
    await run(["audit"], fresh);
    const folder = join(fresh, "ledgers", world.url.slice(7).replace(":", "_"));
    const entries = join(folder, "entries.ndjson");
    const text = readFileSync(entries, "utf8");
    const damaged: readonly (readonly [string, string])[] = [
      ["changed", text.replace('"verified_reward":', '"verified_reward":1')],
      ["cut", text.slice(0, -200)],
      ["gone", ""],
    ];
    for (const [how, now] of damaged) {
      writeFileSync(entries, now);
      const { code, out } = await run(["audit", "--json"], fresh);
      expect([how, code, JSON.parse(out).ok]).toEqual([how, 0, true]);
      expect(readFileSync(entries, "utf8")).toBe(text);
    }
    // What a crash left behind what was checked is cut off.
    writeFileSync(entries, `${text}{"agent_id":"half`);
    expect((await run(["audit"], fresh)).code).toBe(0);
    expect(readFileSync(entries, "utf8")).toBe(text);
  });

  test("of a service that is not there says so", async () => {
    const { code, err } = await policyledger(["audit"], { home: newHome(), endpoint: "http://127.0.0.1:9" });
    expect(code).toBe(3);
    expect(err).toContain("Cannot reach http://127.0.0.1:9");
  });
});

describe("export", () => {
  test("is the file that docs/formats.md describes, and is checked offline", async () => {
    const [header, ...lines] = exported.trimEnd().split("\n");
    const { entries, policies } = JSON.parse(header!);
    expect(lines.length).toBe(entries + policies);
    const audit = ["audit", file, "--replay"];
    await expectGolden("audit-export", audit, await run(audit), replaced());
  });

  test("says what it wrote, and where", async () => {
    const args = ["export", join(home, "again.ndjson")];
    await expectGolden("export", args, await run(args), replaced());
    // Since the first export, one entry and its policy have come.
    const again = readFileSync(join(home, "again.ndjson"), "utf8").split("\n");
    expect(
      exported
        .split("\n")
        .slice(1)
        .every((line) => again.includes(line)),
    ).toBe(true);
  });

  test.each(["audit", "export"])("%s says how it is used", async (name) => {
    await expectGolden(`${name}---help`, [name, "--help"], await run([name, "--help"]));
  });

  test("is checked whole: what is about a service alone is refused with a file", async () => {
    for (const option of ["--forget", "--no-policies"]) {
      const { code, err } = await run(["audit", file, option]);
      expect([code, err]).toEqual([2, expect.stringContaining(option)]);
    }
  });

  test("goes to standard output, with nothing else there", async () => {
    const { out, err, code } = await run(["export", "-"]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.startsWith('{"entries":')).toBe(true);
  });

  test("is compared with what was seen of the service that is named", async () => {
    const seen = newHome();
    await run(["audit"], seen);
    const args = ["audit", file, "--endpoint", world.url, "--json"];
    const { size } = JSON.parse((await run(args, seen)).out);
    const audited = JSON.parse((await run(["audit", "--json"], seen)).out).size;
    const { out } = await run(args, seen);
    const { remarks } = JSON.parse(out);
    // Since then one entry has come: the export is older than what was seen.
    expect(remarks.length).toBe(audited > size ? 1 : 0);
  });

  test("of a ledger that does not hold is refused, and an older file is left as it is", async () => {
    const kept = join(newHome(), "kept.ndjson");
    writeFileSync(kept, "before");
    world.tamper((path, text) =>
      path.includes("/ledger/head") ? text.replace(/"size":\d+/, '"size":500') : text,
    );
    const { code, out } = await run(["export", kept], newHome());
    expect(code).toBe(1);
    expect(out).toContain("nothing was exported");
    // Whoever reads an export reads none.
    const streamed = await run(["export", "-"], newHome());
    expect([streamed.code, streamed.out]).toEqual([1, ""]);
    expect(streamed.err).toContain("nothing was exported");
    expect(readFileSync(kept, "utf8")).toBe("before");
  });

  test("that cannot be written says so", async () => {
    const { code, err } = await run(["export", join(home, "no/such/folder/x.ndjson")]);
    expect(code).toBe(2);
    expect(err).toContain("Cannot write");
    expect(existsSync(join(home, "no"))).toBe(false);
  });
});

describe("a damaged export", () => {
  const damagedFile = join(home, "damaged.ndjson");
  const audited = async (text: string | Uint8Array) => {
    writeFileSync(damagedFile, text);
    const { code, out, err } = await run(["audit", damagedFile]);
    return { code, told: out + err };
  };
  const lines = () => exported.trimEnd().split("\n");

  test.each([
    ["is empty", () => "", "not_an_export"],
    ["has no header", () => exported.slice(exported.indexOf("\n") + 1), "not_an_export"],
    ["lost its last line feed", () => exported.slice(0, -1), "truncated"],
    ["lost its last policy", () => `${lines().slice(0, -1).join("\n")}\n`, "truncated"],
    ["lost all policies", () => `${lines().slice(0, 10).join("\n")}\n`, "truncated"],
    ["lost an entry", () => `${[...lines().slice(0, 4), ...lines().slice(5)].join("\n")}\n`, "wrong_index"],
    ["has more than it says", () => `${exported}{}\n`, "surplus"],
    ["has a line that is no UTF-8", () => Buffer.from(exported).fill(0xff, 500, 501), "bad_line"],
    ["has a line that is far too long", () => `${lines()[0]}\n${"a".repeat(300_000)}\n`, "bad_line"],
    [
      "says that it has fewer policies",
      () => exported.replace('"policies":6', '"policies":5'),
      "wrong_policy",
    ],
    ["says another size", () => exported.replace('"entries":9', '"entries":8'), "altered"],
    ["swaps two policies", () => swapped(-1, -2), "wrong_policy"],
    ["swaps two entries", () => swapped(3, 4), "wrong_index"],
  ])("that %s is named", async (_, damage, code) => {
    const { code: exit, told } = await audited(damage());
    expect(exit).toBe(1);
    expect(told).toContain(code);
  });

  test("is told with all that is known of it, to machines too", async () => {
    writeFileSync(damagedFile, `${lines().slice(0, 5).join("\n")}\n`);
    const { code, out } = await run(["audit", damagedFile, "--json"]);
    expect([code, JSON.parse(out)]).toMatchObject([
      1,
      {
        ok: false,
        size: 9,
        held: 4,
        policies: null,
        fault: { index: null, code: "truncated", message: "The file ends after 4 of 9 entries" },
      },
    ]);
    await expectGolden("audit-cut", ["audit", damagedFile], await run(["audit", damagedFile]), replaced());
  });

  test("that moves the cursor moves none", async () => {
    const header = lines()[0]!.replace('"v":1', '"v":"\u009b2J\u202e"');
    const { code, told } = await audited(`${header}\n`);
    expect([code, told]).toEqual([1, expect.stringContaining("This export is of version")]);
    expect(told).not.toMatch(/[\u009b\u202e]/);
  });

  function swapped(a: number, b: number): string {
    const all = lines();
    const [i, j] = [a, b].map((at) => (at < 0 ? all.length + at : at)) as [number, number];
    [all[i], all[j]] = [all[j]!, all[i]!];
    return `${all.join("\n")}\n`;
  }
});
