// Configurations: presets, changes to them, and what is refused, with its message and path.
import { describe, expect, test } from "vitest";
import {
  environmentKind,
  environmentKinds,
  makeEnvironment,
  presetOf,
} from "../../src/environments/registry.ts";
import { refusal } from "../refusal.ts";
import { CYBER, ENERGY } from "./rules.ts";

describe("makeEnvironment", () => {
  test("makeEnvironment of an unknown id is refused, and says which there are", () => {
    for (const id of ["cyber-defense-v2", "Cyber-Defense-v1", "", "__proto__", "constructor"]) {
      const { code, message } = refusal(() => makeEnvironment(id));
      expect(code).toBe("unknown_environment");
      expect(message).toBe(
        `Cannot find environment ${JSON.stringify(id)}: there are cyber-defense-v1, energy-slot-v1`,
      );
    }
  });

  test("makeEnvironment takes the preset standard where none is named, and changes what is named beside it", () => {
    expect(makeEnvironment(CYBER).config).toEqual(environmentKind(CYBER).presets.standard);
    expect(makeEnvironment(CYBER, { preset: "high_pressure", horizon: 6 }).config).toEqual({
      horizon: 6,
      severity_percent: [20, 30, 50],
      high_stays_percent: 75,
    });
    expect(makeEnvironment(ENERGY, { slots: 6, preset: "half_battery" }).config).toEqual({
      slots: 6,
      battery_tenths: 5,
      demand_percent: 50,
    });
  });

  test.each(["hard", "Standard", "", "__proto__", "constructor", "toString", 0, null, ["standard"]])(
    "makeEnvironment of the unknown preset %j is refused, and says which there are",
    (preset) => {
      const { code, message, faults } = refusal(() => makeEnvironment(CYBER, { preset, horizon: -1 }));
      const there = "standard, short_burst, extended, high_pressure, sparse_attacks";
      expect(code).toBe("invalid_config");
      expect(message).toMatch(/^Cannot configure cyber-defense-v1: unknown preset /);
      expect(message.endsWith(`: there are ${there}`)).toBe(true);
      expect(faults.map(({ path }) => path)).toEqual(["/preset"]);
    },
  );

  test.each([null, [], "standard", 24, true])(
    "makeEnvironment of %j, which is no object, is refused",
    (config) => {
      const { code, message, faults } = refusal(() => makeEnvironment(ENERGY, config));
      expect(code).toBe("invalid_config");
      expect(message).toMatch(/^Cannot configure energy-slot-v1: wanted an object, got /);
      expect(faults).toEqual([{ path: "", message: "wanted an object" }]);
    },
  );

  test("makeEnvironment of an unknown field is refused, and nothing is inherited through it", () => {
    for (const text of ['{"Horizon":3}', '{"__proto__":{"horizon":3}}', '{"constructor":1}', '{"slots":3}']) {
      const name = text.split('"')[1];
      const { code, message, faults } = refusal(() => makeEnvironment(CYBER, JSON.parse(text)));
      expect(code).toBe("invalid_config");
      expect(message).toBe(`Cannot configure cyber-defense-v1: /${name}: there is no such field`);
      expect(faults.map(({ path }) => path)).toEqual([`/${name}`]);
    }
    // What an object inherits is not its configuration.
    expect(makeEnvironment(CYBER, Object.create({ horizon: 3 })).config).toEqual(
      makeEnvironment(CYBER).config,
    );
  });

  test("makeEnvironment refuses a severity_percent that does not add up to 100, and says so", () => {
    for (const severity_percent of [
      [50, 30, 25],
      [0, 0, 0],
      [100, 100, 100],
    ]) {
      const { message, faults } = refusal(() => makeEnvironment(CYBER, { severity_percent }));
      expect(message).toBe(
        "Cannot configure cyber-defense-v1: /severity_percent: the three must add up to 100",
      );
      expect(faults).toEqual([{ path: "/severity_percent", message: "the three must add up to 100" }]);
    }
  });

  test.each([
    [CYBER, { horizon: 0 }, ["/horizon"]],
    [CYBER, { horizon: 241 }, ["/horizon"]],
    [CYBER, { horizon: 1.5 }, ["/horizon"]],
    [CYBER, { horizon: "24" }, ["/horizon"]],
    [CYBER, { horizon: Number.NaN }, ["/horizon"]],
    [CYBER, { horizon: null }, ["/horizon"]],
    [CYBER, { severity_percent: "50" }, ["/severity_percent"]],
    [CYBER, { severity_percent: { 0: 50, 1: 30, 2: 20 } }, ["/severity_percent"]],
    [CYBER, { severity_percent: [50, 50] }, ["/severity_percent"]],
    [CYBER, { severity_percent: [40, 30, 20, 10] }, ["/severity_percent"]],
    [CYBER, { severity_percent: [52, 28, 20] }, ["/severity_percent/0", "/severity_percent/1"]],
    [CYBER, { severity_percent: [-5, 5, 100] }, ["/severity_percent/0"]],
    [CYBER, { high_stays_percent: 61 }, ["/high_stays_percent"]],
    [CYBER, { high_stays_percent: 105 }, ["/high_stays_percent"]],
    [CYBER, { high_stays_percent: -5, horizon: 0, x: 1 }, ["/high_stays_percent", "/horizon", "/x"]],
    [ENERGY, { slots: 25 }, ["/slots"]],
    [ENERGY, { slots: 0 }, ["/slots"]],
    [ENERGY, { battery_tenths: 0 }, ["/battery_tenths"]],
    [ENERGY, { battery_tenths: 11 }, ["/battery_tenths"]],
    [ENERGY, { battery_tenths: 0.5 }, ["/battery_tenths"]],
    [ENERGY, { demand_percent: 33 }, ["/demand_percent"]],
    [ENERGY, { demand_percent: true }, ["/demand_percent"]],
    [ENERGY, { demand_percent: 105 }, ["/demand_percent"]],
  ])("makeEnvironment of %s with %j is refused at %j", (id, config, paths) => {
    const { code, message, faults } = refusal(() => makeEnvironment(id, config));
    expect(code).toBe("invalid_config");
    expect(message.startsWith(`Cannot configure ${id}: `)).toBe(true);
    expect(faults.map(({ path }) => path).sort()).toEqual(paths);
  });

  test("makeEnvironment takes both ends of every range", () => {
    for (const config of [
      { horizon: 1, severity_percent: [100, 0, 0], high_stays_percent: 0 },
      { horizon: 240, severity_percent: [0, 0, 100], high_stays_percent: 100 },
    ]) {
      expect(makeEnvironment(CYBER, config).config).toEqual(config);
    }
    for (const config of [
      { slots: 1, battery_tenths: 1, demand_percent: 0 },
      { slots: 24, battery_tenths: 10, demand_percent: 100 },
    ]) {
      expect(makeEnvironment(ENERGY, config).config).toEqual(config);
    }
  });
});

test("presetOf names the preset that a whole configuration equals, and no other", () => {
  for (const kind of environmentKinds) {
    for (const [preset, config] of Object.entries(kind.presets)) expect(presetOf(kind, config)).toBe(preset);
  }
  const standard = environmentKind(CYBER).presets.standard;
  expect(presetOf(environmentKind(CYBER), { ...standard, horizon: 25 })).toBe(null);
  expect(presetOf(environmentKind(CYBER), { ...standard, horizon: 12 })).toBe("short_burst");
});
