// Colours for a terminal, and none for anything else.

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
}

/** Colours on a terminal only, and not when NO_COLOR asks for none (no-color.org: set and not empty). */
export function paintFor(isTerminal: boolean, environment: NodeJS.ProcessEnv): Paint {
  const coloured = isTerminal && !environment.NO_COLOR && environment.TERM !== "dumb";
  const paint = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32) };
}
