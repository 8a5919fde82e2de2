// Runs the command of `--exec` in a shell, with the stack's addresses in its environment.
import { spawn } from "node:child_process";
import { constants } from "node:os";

/** What a shell reports for a command that a signal ended: 128 and the signal's number. */
const SIGNALLED = 128;

export function runCommand(
  command: string,
  environment: Readonly<Record<string, string>>,
): { readonly code: Promise<number>; end(): void } {
  const child = spawn(command, { shell: true, stdio: "inherit", env: { ...process.env, ...environment } });
  const code = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? SIGNALLED + constants.signals[signal!]));
  });
  // A Ctrl-C in the terminal reaches the command by itself; a signal to the launcher alone is passed on.
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => child.kill(name));
  return { code, end: () => void child.kill("SIGTERM") };
}
