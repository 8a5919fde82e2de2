// Any call may go wrong in any way, for as many minutes as SOAK_MINUTES says (10 unless told): one seed after the other
// from SOAK_SEED (1 unless told). A failure names its seed.
import { expect, test } from "vitest";
import { runRandom } from "./random.ts";

const minutes = Number(process.env.SOAK_MINUTES ?? 10);
const first = Number(process.env.SOAK_SEED ?? 1);
const AT_ONCE = 3;

test("Whatever goes wrong, in the end all holds", async () => {
  const deadline = performance.now() + minutes * 60_000;
  let next = first;
  let struck = 0;
  const work = async () => {
    while (performance.now() < deadline) {
      const seed = next++;
      const ran = await runRandom(seed);
      struck += ran.struck;
      expect(ran.faults, `seed ${seed}`).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.log(`${next - first} seeds, ${struck} calls struck`);
});
