// A time in the reader's own zone, with the exact one at hand.

const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const HOUR = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

export function Time({ at }: { at: string }) {
  const date = new Date(at);
  return (
    <time dateTime={at} title={at}>
      <span>{DAY.format(date)}</span> <span>{HOUR.format(date)}</span>
    </time>
  );
}
