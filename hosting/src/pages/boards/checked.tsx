// What this browser has found of a board, in one line: its order, and the entries behind its first places.
import type { Marketplace } from "@policyledger/core/api";
import type { Backing } from "./backing.ts";
import { outOfOrder } from "./order.ts";

export function Checked({ board, backing: { found, error } }: { board: Marketplace; backing: Backing }) {
  const torn = outOfOrder(board);
  const untrue = [...found.values()].filter(({ fault }) => fault !== null).length;
  if (torn !== null) {
    return (
      <p class="bad" role="alert">
        The board is not in its order: place {torn} is not where it belongs.
      </p>
    );
  }
  if (untrue > 0) {
    return (
      <p class="bad" role="status">
        {untrue} of {found.size} places that were looked at are not what the ledger says.
      </p>
    );
  }
  if (error !== null) {
    return (
      <p class="warn" role="status">
        The entries behind the places could not be had: {error.message}
      </p>
    );
  }
  if (found.size === 0) {
    return (
      <p class="note" role="status">
        Looking at the entries behind the first places …
      </p>
    );
  }
  return (
    <>
      <p class="good" role="status">
        {found.size === 1
          ? "The first place says what its entry says, whose hash holds."
          : `The first ${found.size} places say what their entries say, whose hashes hold.`}
      </p>
      <p class="note">
        Whether the service left a place out, only the whole ledger shows:{" "}
        <code>npx policyledger leaderboard --check</code>
      </p>
    </>
  );
}
