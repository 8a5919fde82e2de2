// The name under which a configuration is shown.
import { expect, test } from "vitest";
import { presetIn } from "../src/ui/environment.ts";

test.each([
  ["standard", {}],
  ["extended", { preset: "extended" }],
  ["own configuration", { preset: "standard", horizon: 1 }],
  ["own configuration", { horizon: 1 }],
])("%s: %j", (name, config) => {
  expect(presetIn(config)).toBe(name);
});
