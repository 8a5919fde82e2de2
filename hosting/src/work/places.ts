// Whether a board says what the ledger says: each place against the entry that it stands for, whose hash the client checks.
import { ClientError, createClient } from "@policyledger/agent";
import { boardOf, type Sealed } from "@policyledger/core";
import { PATIENCE } from "../patience.ts";
import type { Behind, Place, PolicyEntry, Tasks } from "./tasks.ts";

type Places = Tasks["places"];

/** What somebody answered that cannot be, unlike an answer that did not come. */
const UNTRUE = new Set(["false_answer", "unreadable_answer"]);
const isUntrue = ({ code, problem }: ClientError) => UNTRUE.has(code) || problem?.code === "not_found";

export async function checkPlaces(
  { origin, board, places }: Places["input"],
  tell: (told: Places["told"]) => void,
  signal: AbortSignal,
): Promise<null> {
  const client = createClient(origin, PATIENCE);
  await Promise.all(
    places.map(async (place) => {
      tell(
        await client.entry(place.index, { signal }).then((found) => compared(found, place, board), untrue),
      );

      function untrue(error: Error): Behind {
        if (!(error instanceof ClientError && isUntrue(error))) throw error;
        return { index: place.index, entry: null, fault: error.message };
      }
    }),
  );
  return null;
}

function compared({ entry, current_hash }: Sealed, place: Place, board: Places["input"]["board"]): Behind {
  const { index } = place;
  const key = `${board.env_id}/${board.preset}`;
  if (entry.kind !== "policy" || boardOf(entry)?.key !== key) {
    return { index, entry: null, fault: `Entry ${index} has no place on this board.` };
  }
  const { expected, behaviour_hash, optimum } = entry.evaluation ?? {};
  const said: Readonly<Record<string, unknown>> = { ...entry, expected, behaviour_hash, optimum };
  const { rank: _, ...own } = place;
  const fields = { ...own, ...(optimum !== undefined && { optimum: board.optimum }) };
  const other = Object.entries(fields).filter(([name, value]) => said[name] !== value);
  if (other.length > 0) {
    const names = other.map(([name]) => name).join(", ");
    return { index, entry: null, fault: `Entry ${index} does not say what the board says: ${names}.` };
  }
  return { index, entry: { ...entry, current_hash } as unknown as PolicyEntry, fault: null };
}
