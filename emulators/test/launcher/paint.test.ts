// Colours: on a terminal, and nowhere else.
import { describe, expect, test } from "vitest";
import { paintFor } from "../../src/launcher/paint.ts";

describe("paintFor", () => {
  test("colours on a terminal only, and not when NO_COLOR is set", () => {
    expect(paintFor(true, {}).red("x")).toBe("\u001b[31mx\u001b[0m");
    expect(paintFor(false, {}).red("x")).toBe("x");
    expect(paintFor(true, { NO_COLOR: "1" }).red("x")).toBe("x");
    expect(paintFor(true, { TERM: "dumb" }).red("x")).toBe("x");
  });
});
