// The command's way from its arguments to its exit code.
import type { Call, Command } from "./command.ts";
import type { Terminal } from "./terminal.ts";

export async function main(argv: readonly string[]): Promise<void> {
  // Asked for often by scripts and shells: nothing else need be loaded.
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    const { version } = await import("./version.ts");
    process.stdout.write(`${version()}\n`);
    return;
  }
  // Whoever reads only the beginning, as `head` does, has what was wanted.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 70));
  process.exitCode = await runCommandLine(argv);
}

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const { terminalOn } = await import("./terminal.ts");
  const terminal = terminalOn(process, argv.includes("--no-color") ? false : undefined);
  const interrupted = interruptible(terminal);
  try {
    return await runNamed(argv, terminal, interrupted);
  } catch (error) {
    return await told(error, terminal, interrupted);
  }
}

/** The first Ctrl-C asks the command to end, the second ends it. */
function interruptible({ note }: Terminal): AbortSignal {
  const controller = new AbortController();
  const end = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    note("\nStopping …");
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  return controller.signal;
}

async function runNamed(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<number> {
  const [{ commands }, { helpOf, readCommandLine }, { EXIT, usage }, { foreign }] = await Promise.all([
    import("./commands.ts"),
    import("./command.ts"),
    import("./exit.ts"),
    import("./terminal.ts"),
  ]);
  const { overview } = await import("./overview.ts");
  const words = argv[0] === "help" ? [...argv.slice(1), "--help"] : argv;
  if (words.length === 0 || words[0]!.startsWith("-")) {
    if (words.length > 0 && words[0] !== "--help" && words[0] !== "-h") {
      throw usage(
        `there is no option ${foreign(words[0]!, 40)} before a command`,
        "see `policyledger --help`",
      );
    }
    terminal.print(overview(commands, terminal));
    return words.length === 0 ? EXIT.usage : EXIT.ok;
  }
  const two = `${words[0]} ${words[1] ?? ""}`;
  const [name, rest] = Object.hasOwn(commands, two) ? [two, words.slice(2)] : [words[0]!, words.slice(1)];
  const listed = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (listed === undefined) {
    const { nearest } = await import("./overview.ts");
    const begun = Object.keys(commands).filter((one) => one.startsWith(`${name} `));
    const near = nearest(name, Object.keys(commands));
    throw usage(
      begun.length > 0
        ? `${name} is one of: ${begun.join(", ")}`
        : `there is no command ${foreign(name, 40)}`,
      near === null ? "see `policyledger --help`" : `did you mean \`policyledger ${near}\`?`,
    );
  }
  const command: Command = await listed.load();
  const { args, given } = readCommandLine(command, rest);
  if (given.is("help")) {
    terminal.print(helpOf(command, terminal));
    return EXIT.ok;
  }
  const call = await callOf({ args, given, terminal, signal });
  if (command.endsAtOnce) {
    signal.throwIfAborted();
    for (const name of ["SIGINT", "SIGTERM"]) process.removeAllListeners(name);
  }
  try {
    return await command.run(call);
  } catch (error) {
    const { withEvidence } = await import("./log/evidence.ts");
    throw withEvidence(error, call.home);
  }
}

async function callOf(read: Pick<Call, "args" | "given" | "terminal" | "signal">): Promise<Call> {
  const [{ homeAt, LOCAL_STACK }, { jsonLine }] = await Promise.all([
    import("./home.ts"),
    import("./terminal.ts"),
  ]);
  const { openService } = await import("./service.ts");
  const { nodeHost } = await import("@policyledger/core/node");
  const { logOf } = await import("./log/options.ts");
  const { given, terminal } = read;
  const home = homeAt(given.text("home"), process.env);
  const named = () =>
    given.text("endpoint") ?? process.env.POLICYLEDGER_ENDPOINT ?? home.config().endpoint ?? LOCAL_STACK;
  const callAt = (endpoint: () => string): Call => ({
    ...read,
    home,
    client: () => openService(endpoint(), { hasher: nodeHost }),
    log: (under = "quorum") => logOf(endpoint(), { given, home, under }),
    at: (other) => callAt(() => other),
    report: (value, text) => terminal.print(given.json ? jsonLine(value) : text()),
  });
  return callAt(named);
}

/** Says on standard error what went wrong, and gives the exit code. */
async function told(error: unknown, { note, paint }: Terminal, interrupted: AbortSignal): Promise<number> {
  const [{ CliError, EXIT, exitOf }, { foreign }] = await Promise.all([
    import("./exit.ts"),
    import("./terminal.ts"),
  ]);
  if (interrupted.aborted && !(error instanceof CliError)) return EXIT.interrupted;
  const exit = exitOf(error);
  const { message, stack } = error as Error;
  note(
    `${paint.red("✗")} ${exit === EXIT.bug ? `a mistake of ours: ${stack ?? message}` : foreign(message, 1_000)}`,
  );
  for (const { path, message } of faultsOf(error))
    note(`    ${foreign(path, 80) || "all of it"}: ${foreign(message)}`);
  const { advice = adviceOn(error) } = error as { advice?: string };
  if (advice !== undefined) note(`  ${advice}`);
  return exit;
}

const SHOWN_FAULTS = 20;

/** One fault stands in the message already. */
function faultsOf(error: unknown): readonly { readonly path: string; readonly message: string }[] {
  const { faults = [] } = error as { faults?: readonly { path: string; message: string }[] };
  return faults.length > 1 ? faults.slice(0, SHOWN_FAULTS) : [];
}

/** What to do about the SDK's own errors. */
function adviceOn(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return code === "unreachable"
    ? "is it running? --endpoint names another service, `init` keeps it"
    : undefined;
}
