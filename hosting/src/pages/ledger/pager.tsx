// The way along the ledger: newer, older, either end, and any index.
import { useId } from "preact/hooks";
import { go } from "../../router.ts";
import { whole } from "../../ui/numbers.ts";
import { type LedgerWindow, WINDOW } from "./ledger-window.ts";

export function Pager({ window: { rows, size }, label }: { window: LedgerWindow; label: string }) {
  const id = useId();
  const newest = rows[0]?.entry.index ?? 0;
  const oldest = rows.at(-1)?.entry.index ?? 0;
  const atEnd = newest === size - 1;
  const newer = newest + WINDOW >= size - 1 ? "/" : `/?from=${newest + WINDOW}`;
  const find = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = Number(new FormData(event.currentTarget as HTMLFormElement).get("index"));
    if (Number.isSafeInteger(wanted) && wanted >= 0) go(`/entry/${Math.min(wanted, size - 1)}`);
  };
  return (
    <nav class="pager" aria-label={label}>
      <Step to={atEnd ? null : "/"} name="Newest" />
      <Step to={atEnd ? null : newer} name="Newer" />
      <span class="range">
        {whole(newest)} – {whole(oldest)} of {whole(size)}
      </span>
      <Step to={oldest === 0 ? null : `/?from=${oldest - 1}`} name="Older" />
      <Step to={oldest === 0 ? null : `/?from=${Math.min(WINDOW, size) - 1}`} name="Oldest" />
      <form onSubmit={find}>
        <label for={id}>Entry</label>
        <input id={id} name="index" type="number" min="0" max={size - 1} required inputMode="numeric" />
        <button type="submit">Go</button>
      </form>
    </nav>
  );
}

function Step({ to, name }: { to: string | null; name: string }) {
  return to === null ? (
    <span class="move" aria-disabled="true">
      {name}
    </span>
  ) : (
    <a class="move" href={to}>
      {name}
    </a>
  );
}
