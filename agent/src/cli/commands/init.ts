// `policyledger init`: a key pair and a configuration, which nobody else can read. A key that is there is never lost.
import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { formatQuorum } from "@policyledger/core";
import { generateKeyPair, type KeyPair } from "@policyledger/core/node";
import { ClientError, createClient } from "../../sdk/index.ts";
import { agentIdFault, reservedFault } from "../agent-id.ts";
import { ask, canAsk, type Question } from "../ask.ts";
import type { Call, Command, Given } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { type Home, importKey, LOCAL_STACK } from "../home.ts";
import { quorumIn } from "../log/options.ts";
import { fields, foreign, wrap } from "../terminal.ts";

export const init: Command = {
  name: "init",
  about: "a key pair and a configuration for this agent",
  takes: "",
  least: 0,
  most: 0,
  asks: true,
  options: {
    agent: { value: "ID", about: "the label to claim under: 1 to 64 of A-Z a-z 0-9 . _ / -" },
    key: { value: "FILE", about: "take this secret key: a key.json, or 64 hex digits alone" },
    quorum: {
      value: "FILE",
      about: "from now on take from a log only what this quorum of witnesses cosigned",
    },
    "no-quorum": { about: "demand no quorum any more" },
    "new-key": { about: "make a new key; the one that is there is kept under another name" },
  },
  more: [
    "Asks on a terminal for what is not given. Run again, it changes the configuration and keeps the key.",
    "An agent is its key: a label belongs to the key that first claimed under it, for ever. The folder is for its owner alone " +
      "(0700), its files too (0600). Where no file may be kept, POLICYLEDGER_SECRET_KEY holds the key in its place.",
  ],
  examples: [
    ["policyledger init", "asks, and proposes answers"],
    ["policyledger init --endpoint http://127.0.0.1:5000 --agent ada/first", "asks nothing"],
    ["policyledger init --key ~/other/key.json", "the same agent on a second machine"],
  ],
  run: async (call) => {
    const chosen = chooseKey(call);
    const demanded = demandedQuorum(call.given);
    const { endpoint, agentId } = await settings(call, chosen.key);
    const { home } = call;
    const old =
      call.given.is("new-key") && chosen.from !== "environment" && home.hasKey() ? home.setKeyAside() : null;
    if (chosen.from === "made" || chosen.from === "imported") home.writeKey(chosen.key);
    const { quorum: kept, ...before } = home.config();
    const quorum = call.given.is("no-quorum") ? undefined : (demanded ?? kept);
    home.writeConfig({ ...before, endpoint, agent_id: agentId, ...(quorum !== undefined && { quorum }) });
    const made = {
      agent_id: agentId,
      public_key: chosen.key.publicKey,
      endpoint,
      key: chosen.from,
      ...(chosen.from !== "environment" && { key_file: home.keyFile }),
      ...(old !== null && { old_key_file: old }),
      config_file: home.configFile,
      ...(quorum !== undefined && { quorum }),
    };
    call.report(made, () => textOf(made, call));
    if (old !== null && agentId === before.agent_id) {
      warn(
        call,
        `${agentId} stays with the old key if that has claimed under it: then choose another with --agent`,
      );
    }
    warnOfReaders(call);
    return EXIT.ok;
  },
};

function demandedQuorum(given: Given): unknown {
  const file = given.text("quorum");
  if (file === undefined) return undefined;
  if (given.is("no-quorum")) throw usage("--quorum or --no-quorum, not both");
  return JSON.parse(formatQuorum(quorumIn(file)));
}

interface Chosen {
  readonly key: KeyPair;
  readonly from: "made" | "imported" | "kept" | "environment";
}

/** Nothing is written yet. */
function chooseKey({ home, given }: Call): Chosen {
  const file = given.text("key");
  const isNew = given.is("new-key");
  if (process.env.POLICYLEDGER_SECRET_KEY !== undefined) {
    if (file === undefined && !isNew) return { key: home.key(), from: "environment" };
    throw usage("the key is that of POLICYLEDGER_SECRET_KEY", "unset it to keep a key in a file");
  }
  if (file !== undefined) {
    const key = importKey(file);
    if (!home.hasKey() || isNew) return { key, from: "imported" };
    if (home.key().publicKey === key.publicKey) return { key, from: "kept" };
    throw usage(
      `there is another key already: ${home.keyFile}`,
      "--new-key keeps it under another name and takes this one",
    );
  }
  return home.hasKey() && !isNew
    ? { key: home.key(), from: "kept" }
    : { key: generateKeyPair(), from: "made" };
}

async function settings(
  { home, given, terminal, signal }: Call,
  key: KeyPair,
): Promise<{ endpoint: string; agentId: string }> {
  const kept = home.config();
  const endpoint = given.text("endpoint");
  const agentId = given.text("agent");
  for (const wrong of [endpoint && endpointFault(endpoint), agentId && labelFault(agentId)]) {
    if (wrong) throw usage(wrong);
  }
  const questions: Question[] = [];
  if (endpoint === undefined) {
    const usual = process.env.POLICYLEDGER_ENDPOINT ?? kept.endpoint ?? LOCAL_STACK;
    questions.push({ text: "Address of the service?", usual, fault: endpointFault });
  }
  if (agentId === undefined) {
    questions.push({
      text: "Label to claim under?",
      usual: kept.agent_id ?? usualAgentId(key),
      fault: labelFault,
    });
  }
  // Whoever set it up before has answered.
  const answered = questions.length > 0 && !canAsk() ? asBefore(home, questions) : await asked();
  return {
    endpoint: baseOf(endpoint ?? answered.shift()!),
    agentId: agentId ?? answered.shift()!,
  };

  async function asked(): Promise<string[]> {
    return questions.length === 0 ? [] : ask(questions, terminal, signal);
  }
}

function asBefore(home: Home, questions: readonly Question[]): string[] {
  const { endpoint, agent_id } = home.config();
  if (endpoint !== undefined && agent_id !== undefined) return questions.map(({ usual }) => usual);
  throw usage("there is no terminal to ask on", "give --endpoint URL and --agent ID");
}

/** Labels are everyone's: a piece of the key makes it unlikely that somebody else has it. */
function usualAgentId({ publicKey }: KeyPair): string {
  let user = "agent";
  try {
    user =
      userInfo()
        .username.replaceAll(/[^A-Za-z0-9._-]/g, "")
        .slice(0, 32) || user;
  } catch {
    // A user without a name, as in some containers.
  }
  return `${user}/${publicKey.slice(0, 6)}`;
}

function labelFault(id: string): string | null {
  return agentIdFault(id) ?? reservedFault(id);
}

function baseOf(endpoint: string): string {
  return createClient(endpoint).endpoint;
}

function endpointFault(endpoint: string): string | null {
  try {
    baseOf(endpoint);
    return null;
  } catch (error) {
    if (error instanceof ClientError) return error.message;
    throw error;
  }
}

interface Made {
  readonly agent_id: string;
  readonly public_key: string;
  readonly endpoint: string;
  readonly key: Chosen["from"];
  readonly key_file?: string;
  readonly old_key_file?: string;
  readonly config_file: string;
}

function textOf(made: Made, { terminal }: Call): string {
  const { paint, width } = terminal;
  const what = {
    made: "A new key pair was made.",
    imported: "The key was taken over.",
    kept: "The key that was there is kept.",
    environment: "The key is that of POLICYLEDGER_SECRET_KEY.",
  }[made.key];
  return [
    `${paint.green("✓")} ${what}`,
    "",
    fields(terminal, [
      ["agent", foreign(made.agent_id)],
      ["public key", made.public_key],
      ["service", foreign(made.endpoint)],
      ...(made.key_file === undefined ? [] : [["key", foreign(made.key_file)] as const]),
      ...(made.old_key_file === undefined ? [] : [["old key", foreign(made.old_key_file)] as const]),
      ["config", foreign(made.config_file)],
    ]),
    "",
    ...(made.key === "made" && made.key_file !== undefined
      ? [
          wrap("Whoever has the key file is this agent, and nobody can make it again: keep a copy.", width),
          "",
        ]
      : []),
    `${paint.dim("next")}  policyledger train --help`,
  ].join("\n");
}

/** A folder that was there before is left as it is, whatever else it is for. */
function warnOfReaders(call: Call): void {
  const { home } = call;
  const mode = statSync(home.folder).mode & 0o777;
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const folder = foreign(home.folder);
  warn(
    call,
    `others can look into ${folder} (${mode.toString(8)}), though not into its files: \`chmod 700 ${folder}\``,
  );
}

function warn({ terminal }: Call, text: string): void {
  terminal.note(`${terminal.paint.yellow("!")} ${wrap(text, terminal.width, 2)}`);
}
