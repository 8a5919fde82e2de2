// What may be wider than the page: it scrolls by itself, from the keyboard too.
import type { ComponentChildren } from "preact";

export function Scroll({ what, children }: { what: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached from the keyboard
    <section class="scroll" aria-label={what} tabIndex={0}>
      {children}
    </section>
  );
}
