// Where the page begins: which page is shown for which path. All but the first view is loaded when it is gone to.
import { type ComponentType, render } from "preact";
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { LedgerPage } from "./pages/ledger/page.tsx";
import { type Place, startRouter, usePlace } from "./router.ts";
import { Shell } from "./shell.tsx";
import { Failed, Loading } from "./ui/state.tsx";

export interface PageProps {
  readonly place: Place;
  /** What the path's own part says, such as an entry's index. */
  readonly rest: string;
}

type Page = ComponentType<PageProps>;

/** Pages that are one path, and no more. */
const WHOLE: ReadonlySet<string> = new Set(["train", "verify", "how"]);

/** Paths by their first part; the rest is the page's to read. */
const LATER: Readonly<Record<string, () => Promise<Page>>> = {
  boards: () => import("./pages/boards/page.tsx").then(({ BoardsPage }) => BoardsPage),
  train: () => import("./pages/train/page.tsx").then(({ TrainPage }) => TrainPage),
  verify: () => import("./pages/verify/page.tsx").then(({ VerifyPage }) => VerifyPage),
  how: () => import("./pages/how/page.tsx").then(({ HowPage }) => HowPage),
  entry: () => import("./pages/entry/page.tsx").then(({ EntryPage }) => EntryPage),
};

function App() {
  const place = usePlace();
  const [, first = "", ...others] = place.path.split("/");
  const rest = others.map(decoded).join("/");
  const [error, goOn] = useErrorBoundary();
  return (
    <Shell path={place.path}>
      {error ? (
        <Failed error={Object.assign(error as Error, { code: "internal" })} retry={goOn} />
      ) : first === "" ? (
        <LedgerPage place={place} rest={rest} />
      ) : (
        <Later key={first} first={first} place={place} rest={rest} />
      )}
    </Shell>
  );
}

function Later({ first, ...props }: PageProps & { first: string }) {
  const [page, setPage] = useState<{ Page: Page } | { error: Error } | null>(null);
  const isHere = Object.hasOwn(LATER, first) && !(WHOLE.has(first) && props.rest !== "");
  const load = isHere ? LATER[first] : undefined;
  useEffect(() => {
    load?.().then(
      (Page) => setPage({ Page }),
      (error: Error) => setPage({ error }),
    );
  }, [load]);
  if (load === undefined) return <NoPage />;
  if (page === null) return <Loading rows={8} />;
  if ("error" in page) return <Failed error={page.error} retry={() => location.reload()} />;
  return <page.Page {...props} />;
}

function NoPage() {
  useEffect(() => {
    document.title = "Not here · PolicyLedger";
  }, []);
  return (
    <div class="notice warn">
      <h1>There is no such page</h1>
      <p>
        <a href="/">To the ledger</a>
      </p>
    </div>
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

startRouter();
const root = document.getElementById("app")!;
root.replaceChildren();
render(<App />, root);
