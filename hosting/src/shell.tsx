// What stands around every page: the masthead with the way to each page, the switch between light and dark, the foot.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useOnline } from "./load.ts";

const PAGES = [
  ["/", "Ledger"],
  ["/boards", "Marketplace"],
  ["/train", "Train"],
  ["/verify", "Verify"],
  ["/how", "How it works"],
] as const;

export function Shell({ path, children }: { path: string; children: ComponentChildren }) {
  const online = useOnline();
  return (
    <>
      <header class="masthead">
        <div class="wide">
          <a class="brand" href="/">
            <Mark />
            PolicyLedger
          </a>
          <nav aria-label="Pages">
            {PAGES.map(([to, name]) => (
              <a key={to} href={to} aria-current={isCurrent(path, to) ? "page" : undefined}>
                {name}
              </a>
            ))}
          </nav>
          <ThemeSwitch />
        </div>
      </header>
      {!online && (
        <p class="strip warn" role="status">
          You are offline. What is shown was loaded before.
        </p>
      )}
      <main id="main" class="wide" tabIndex={-1}>
        {children}
      </main>
      <footer class="foot">
        <div class="wide">
          <p>
            What a page shows as checked was computed in this browser: hashes, links, proofs, rewards. The
            rest is what the service says.
          </p>
          <p>
            <a href="/api/v1/docs">The API</a>
            <a href="/checkpoint">Checkpoint</a>
          </p>
        </div>
      </footer>
    </>
  );
}

function isCurrent(path: string, to: string): boolean {
  if (to === "/") return path === "/" || path.startsWith("/entry/");
  return path === to || path.startsWith(`${to}/`);
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M10 6H8a6 6 0 0 0 0 12h2M14 6h2a6 6 0 0 1 0 12h-2M8.5 12h7" />
    </svg>
  );
}

type Theme = "light" | "dark";

const KEPT_AS = "policyledger-theme";

const systemTheme = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** What the reader chose here before; storage may be closed to us. */
function chosenTheme(): Theme | null {
  try {
    const kept = localStorage.getItem(KEPT_AS);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null;
  }
}

function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(() => chosenTheme() ?? systemTheme());
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const other = theme === "dark" ? "light" : "dark";
  const choose = () => {
    setTheme(other);
    try {
      localStorage.setItem(KEPT_AS, other);
    } catch {
      // Then it holds until the page is left.
    }
  };
  return (
    <button
      type="button"
      class="theme"
      onClick={choose}
      aria-label={`Show it ${other}`}
      title={`Show it ${other}`}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {theme === "dark" ? (
          <path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5 13 13M13 3l-1.5 1.5M4.5 11.5 3 13M11 8a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z" />
        ) : (
          <path d="M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z" />
        )}
      </svg>
    </button>
  );
}
