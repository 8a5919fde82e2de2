// How often each action is taken, as bars.
import { percent } from "./numbers.ts";

export interface ActionShare {
  readonly name: string;
  /** Of 1. */
  readonly share: number;
  readonly note?: string;
}

export function ActionShares({ caption, of }: { caption: string; of: readonly ActionShare[] }) {
  return (
    <table class="shares">
      <caption>{caption}</caption>
      <tbody>
        {of.map(({ name, share, note }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="bar">
              <meter min={0} max={1} value={share} aria-label={`${name}: ${percent(share)}`} />
            </td>
            <td class="number">{percent(share)}</td>
            {note !== undefined && <td class="note">{note}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
