// Spreads tasks over the threads of a pool, and puts their findings together again in order.
import type { Pool } from "./pool.ts";
import type { FindingOf, Task } from "./tasks.ts";

/** Tasks that a thread takes on at once: few enough for all to have some, many enough to be worth a message. */
const AT_ONCE = 10;

export async function checkSpread<T extends Task>(pool: Pool, tasks: readonly T[]): Promise<FindingOf<T>[]> {
  const lists: T[][] = [];
  for (let i = 0; i < tasks.length; i += AT_ONCE) lists.push(tasks.slice(i, i + AT_ONCE));
  return (await Promise.all(lists.map((list) => pool.check(list)))).flat();
}
