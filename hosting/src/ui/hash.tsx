// A hash as people can take it in: its first digits, all of it at hand, and a button that copies it.
import { useState } from "preact/hooks";

export function Hash({ of, what, digits = 8 }: { of: string; what: string; digits?: number }) {
  return (
    <span class="hash">
      <code title={of}>{of.slice(0, digits)}</code>
      <Copy text={of} what={what} />
    </span>
  );
}

export function WholeHash({ of, what }: { of: string; what: string }) {
  return (
    <span class="hash whole">
      <code>{of}</code>
      <Copy text={of} what={what} />
    </span>
  );
}

const SHOWN_MS = 1_500;

export function Copy({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState<"" | "Copied" | "Not copied">("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Copied");
    } catch {
      setSaid("Not copied");
    }
    setTimeout(() => setSaid(""), SHOWN_MS);
  };
  return (
    <button type="button" class="copy" onClick={copy} aria-label={`Copy ${what}`} title={`Copy ${what}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {said === "Copied" ? (
          <path d="M3 8.5 6.5 12 13 4.5" />
        ) : (
          <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />
        )}
      </svg>
      <span class="hidden" aria-live="polite">
        {said}
      </span>
    </button>
  );
}
