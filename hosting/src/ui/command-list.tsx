// Commands for a terminal, each to be copied, with what it is for.
import { Copy } from "./hash.tsx";

export function CommandList({
  commands,
}: {
  commands: readonly (readonly [command: string, why: string])[];
}) {
  return (
    <ul class="commands">
      {commands.map(([command, why]) => (
        <li key={command}>
          <code>{command}</code>
          <Copy text={command} what={`the command: ${why}`} />
          <span class="note">{why}</span>
        </li>
      ))}
    </ul>
  );
}
