// Where the reader is: paths of this page's own, without asking the server for each.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();

const here = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const moved = () => setPlace(here());
    listeners.add(moved);
    return () => void listeners.delete(moved);
  }, []);
  return place;
}

/** Goes there; `replace` leaves no step behind to go back to. */
export function go(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", to);
  else {
    history.replaceState({ y: scrollY }, "");
    history.pushState(null, "", to);
  }
  for (const one of listeners) one();
  if (!replace) arrive();
}

/** As a new document would: at the top, with the content as what is read next. */
function arrive(): void {
  scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

const RETURNS_WITHIN_MS = 3_000;

/** To where the reader was, as soon as the page is that long again; whoever scrolls meanwhile stays where they are. */
function returnTo(y: number): void {
  scrollTo(0, y);
  if (scrollY >= y) return;
  const end = () => {
    grown.disconnect();
    for (const kind of ["wheel", "touchmove", "keydown", "popstate"]) removeEventListener(kind, end);
  };
  const grown = new ResizeObserver(() => {
    scrollTo(0, y);
    if (scrollY >= y) end();
  });
  grown.observe(document.body);
  for (const kind of ["wheel", "touchmove", "keydown", "popstate"]) addEventListener(kind, end);
  setTimeout(end, RETURNS_WITHIN_MS);
}

/** What the service answers itself: the same paths as in firebase.json. */
const NOT_OURS = /^\/(?:api\/|tile\/|checkpoint$)/;

/** Links of this page that a plain click follows without leaving it. */
function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest?.("a[href]") as HTMLAnchorElement | null;
  if (link === null || link.target !== "" || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || NOT_OURS.test(url.pathname) || url.hash !== "") return;
  event.preventDefault();
  go(url.pathname + url.search);
}

export function startRouter(): void {
  addEventListener("click", follow);
  history.scrollRestoration = "manual";
  addEventListener("popstate", ({ state }: PopStateEvent) => {
    for (const one of listeners) one();
    returnTo((state as { y?: number } | null)?.y ?? 0);
  });
}
