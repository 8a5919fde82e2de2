// A stand-in as a process: says when it is ready, names a taken port, and ends on a signal.
import { createServer } from "node:net";
import type { Listening } from "./port.ts";

interface Prepared {
  readonly host: string;
  readonly port: number;
  /** Where its data is, in words. */
  readonly where: string;
  readonly start: () => Promise<Listening>;
}

/** `prepare` reads the command line. */
export async function run(title: string, prepare: () => Prepared): Promise<void> {
  let server: Listening | null = null;
  let isStopping = false;
  // From the first moment on: a signal that finds no handler ends the process with what the Emulator Suite calls a crash.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => {
      if (server === null || isStopping) process.exit(0);
      isStopping = true;
      void server.close().then(() => process.exit(0));
    });
  try {
    const { host, port, where, start } = prepare();
    // Before the data is opened: who starts it twice should hear of the port, not of the data.
    await checkFree(host, port);
    server = await start();
    console.log(`${title} listening on ${server.host}:${server.port} (${where})`);
  } catch (error) {
    // The Emulator Suite looks for "address already in use".
    const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
    const { message } = error as Error;
    console.error(`${title}: ${isTaken ? "address already in use: " : ""}${message}`);
    process.exit(1);
  }
}

async function checkFree(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

/** After a failed write to the disk, memory and disk differ: only a new start from the disk is safe. */
export function dieOf(error: unknown): never {
  console.error(
    "The storage failed; what was acknowledged is safe on the disk. Mend the cause and start again.",
  );
  console.error(error);
  process.exit(1);
}
