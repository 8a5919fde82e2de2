// Faults on demand: which calls they strike, and what each does to a call.
import { describe, expect, test } from "vitest";
import { Faults } from "../../src/wire/faults.ts";
import { Code, StatusError } from "../../src/wire/status.ts";

async function armed(rules: readonly object[], seed = 1): Promise<Faults> {
  const faults = new Faults(true);
  for (const kind of ["Commit", "Publish"]) faults.know(kind, { isStream: false });
  const response = await faults.handle(put({ seed, rules }));
  expect(response.status).toBe(200);
  return faults;
}

function put(body: unknown): Request {
  return new Request("http://localhost/admin/faults", { method: "PUT", body: JSON.stringify(body) });
}

/** The outcome of `count` calls: their answers, or the code of their failure. */
async function calls(faults: Faults, kind: string, count: number): Promise<(number | string)[]> {
  const outcomes: (number | string)[] = [];
  for (let i = 1; i <= count; i++)
    outcomes.push(await faults.around(kind, () => i).catch((error: StatusError) => `${error.code}`));
  return outcomes;
}

describe("Faults", () => {
  test("strike the n-th call of their kind, and no other", async () => {
    const faults = await armed([{ kind: "Commit", action: "fail", nth: 2, code: "ABORTED" }]);
    expect(await calls(faults, "Commit", 3)).toEqual([1, String(Code.ABORTED), 3]);
    expect(await calls(faults, "RunQuery", 3)).toEqual([1, 2, 3]);
  });

  test("strike every n-th call, and at most so many times", async () => {
    const faults = await armed([{ kind: "Commit", action: "fail", every: 2, times: 2 }]);
    const { UNAVAILABLE } = Code;
    expect(await calls(faults, "Commit", 7)).toEqual([1, `${UNAVAILABLE}`, 3, `${UNAVAILABLE}`, 5, 6, 7]);
  });

  test("strike by chance as the seed says, and the same again from the same seed", async () => {
    const rules = [{ kind: "Commit", action: "fail", chance: 0.5 }];
    const first = await calls(await armed(rules, 7), "Commit", 200);
    expect(await calls(await armed(rules, 7), "Commit", 200)).toEqual(first);
    expect(await calls(await armed(rules, 8), "Commit", 200)).not.toEqual(first);
    const failed = first.filter((outcome) => typeof outcome === "string").length;
    expect(failed).toBeGreaterThan(50);
    expect(failed).toBeLessThan(150);
  });

  test("that drop an answer do the work first; those that fail do not", async () => {
    const faults = await armed([
      { kind: "Commit", action: "drop", nth: 1 },
      { kind: "Commit", action: "fail", nth: 2 },
    ]);
    let done = 0;
    const call = () => faults.around("Commit", () => ++done);
    await expect(call()).rejects.toThrow("is done, its answer is dropped");
    expect(done).toBe(1);
    await expect(call()).rejects.toThrow(StatusError);
    expect(done).toBe(1);
  });

  test("that duplicate do the work twice and answer with the first", async () => {
    const faults = await armed([{ kind: "Publish", action: "duplicate", nth: 1 }]);
    let done = 0;
    expect(await faults.around("Publish", () => ++done)).toBe(1);
    expect(done).toBe(2);
  });

  test("that duplicate answer with the first also when the second fails", async () => {
    const faults = await armed([{ kind: "Commit", action: "duplicate", nth: 1 }]);
    let done = 0;
    const once = () => {
      if (++done > 1) throw new StatusError(Code.ABORTED, "it is over");
      return done;
    };
    expect(await faults.around("Commit", once)).toBe(1);
    expect(done).toBe(2);
  });

  test("that reorder let the next call of the kind go first", async () => {
    const faults = await armed([{ kind: "Commit", action: "reorder", nth: 1, ms: 60_000 }]);
    const order: string[] = [];
    const first = faults.around("Commit", () => order.push("first"));
    await faults.around("Commit", () => order.push("second"));
    await first;
    expect(order).toEqual(["second", "first"]);
  });

  test("that delay do the work later", async () => {
    const faults = await armed([{ kind: "Commit", action: "delay", nth: 1, ms: 20 }]);
    const order: string[] = [];
    await Promise.all([
      faults.around("Commit", () => order.push("delayed")),
      faults.around("Commit", () => order.push("prompt")),
    ]);
    expect(order).toEqual(["prompt", "delayed"]);
  });

  test("say which calls they struck, until they are taken back", async () => {
    const faults = await armed([{ kind: "Commit", action: "fail", nth: 2 }]);
    await calls(faults, "Commit", 3);
    const report = await (await faults.handle(new Request("http://localhost/admin/faults"))).json();
    expect(report).toMatchObject({
      calls: { Commit: 3 },
      struck: [{ kind: "Commit", call: 2, action: "fail" }],
    });
    await faults.handle(new Request("http://localhost/admin/faults", { method: "DELETE" }));
    expect(await calls(faults, "Commit", 3)).toEqual([1, 2, 3]);
  });

  test("name every fault of a plan and its path", async () => {
    const refused = async (body: unknown) => {
      const faults = new Faults(true);
      faults.know("Listen", { isStream: true });
      const response = await faults.handle(put(body));
      return { status: response.status, ...((await response.json()) as object) };
    };
    const rule = { kind: "event", action: "fail" };
    expect(
      await refused({ seed: 0.5, sed: 1, rules: [{ kind: "", action: "explode", nth: 0, more: 1 }] }),
    ).toEqual({
      status: 400,
      faults: [
        "sed: unknown",
        "seed: not an integer",
        "rules.0.kind: not one of Listen, event, message",
        "rules.0.action: not one of fail, delay, drop, duplicate, reorder",
        "rules.0.nth: not an integer from 1",
        "rules.0.more: unknown",
      ],
    });
    const rules: [unknown, string][] = [
      [[rule], "rules.0: not an object"],
      [{ ...rule, chance: "0.5" }, "rules.0.chance: not a number from 0 to 1"],
      [{ ...rule, chance: null }, "rules.0.chance: not a number from 0 to 1"],
      [{ ...rule, code: ["UNAVAILABLE"] }, "rules.0.code: not the name of an error status"],
      [{ ...rule, code: "OK" }, "rules.0.code: not the name of an error status"],
      [{ ...rule, nth: 1, every: 2 }, "rules.0: nth, every and chance exclude each other"],
      [
        { kind: "Listen", action: "duplicate" },
        "rules.0.action: Listen streams its answer, which cannot be done twice and answered once",
      ],
      [{ ...rule, action: "delay" }, "rules.0.ms: a delay needs it"],
      [{ ...rule, ms: 1e12 }, "rules.0.ms: not an integer from 1 to 3600000"],
    ];
    for (const [each, fault] of rules)
      expect(await refused({ rules: [each] })).toEqual({ status: 400, faults: [fault] });
    expect(await refused([])).toEqual({ status: 400, faults: ["The body is not an object"] });
  });

  test("are off unless enabled", async () => {
    const faults = new Faults(false);
    expect((await faults.handle(put({ rules: [{ kind: "Commit", action: "fail" }] }))).status).toBe(404);
    expect(await calls(faults, "Commit", 1)).toEqual([1]);
  });
});
