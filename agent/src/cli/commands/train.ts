// `policyledger train`: trains a policy here, with a live view, and writes the artifact and a claim of it.
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  environmentKind,
  type JsonObject,
  PolicyLedgerError,
  parseTrainingConfig,
  resumeTraining,
  startTraining,
  type Training,
} from "@policyledger/core";
import { writeClaimFile } from "../claim-file.ts";
import type { Call, Command } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { replaceFile } from "../home.ts";
import { count, foreign } from "../terminal.ts";
import { trainOnServer } from "../train/on-server.ts";
import { TRAINING_OPTIONS, trainingOptions } from "../train/options.ts";
import { trainedBy, trainedJson, trainedText } from "../train/result.ts";
import { runTraining } from "../train/run.ts";
import { trainingView } from "../train/view.ts";

export const train: Command = {
  name: "train",
  about: "trains a policy by Q-learning, and writes it and a claim of it to files",
  takes: "",
  least: 0,
  most: 0,
  asks: true,
  options: {
    ...TRAINING_OPTIONS,
    "claim-seed": { value: "N", about: "the episode's seed that is claimed on (42)" },
    resume: { value: "FILE", about: "go on with a training that was interrupted" },
    out: { value: "DIR", about: "the folder to write to (this one)" },
    name: { value: "NAME", about: "what the files' names begin with (ENV-PRESET-SEED)" },
    force: { about: "write over the files of another training" },
    "on-server": { about: "the service trains and claims; watched here, and its claim checked here" },
  },
  more: [
    "Writes NAME.policy.json, the artifact as canonical JSON, and NAME.claim.json, which `policyledger submit` signs and sends. While " +
      "it runs, NAME.training.json holds all that the rest of it depends on: written every two seconds and on Ctrl-C, gone at the end. " +
      "A training that was resumed gives the same policy as one that never stopped.",
    "The expected return and the optimum are exact: over all that the environment may draw. The greedy mean, with its standard " +
      "deviation, is over 1,000 episodes. With --json, one value is printed at the end; progress goes to standard error.",
  ],
  examples: [
    ["policyledger train", "a good policy of cyber-defense-v1, in a second or two"],
    ["policyledger train --env energy-slot-v1 --seed 7 --name mine", "mine.policy.json and mine.claim.json"],
    ["policyledger train --on-server", "with this agent's key; on Ctrl-C it goes on there"],
    ["policyledger train --resume cyber-defense-v1-standard-1.training.json", "after Ctrl-C"],
  ],
  run: async (call) => {
    const { given, report, signal, terminal } = call;
    const claimSeed = given.integer("claim-seed", { min: 0 }) ?? 42;
    if (given.is("on-server")) return onServer(call, claimSeed);
    const training = trainingOf(call);
    const files = filesOf(call, training);
    const view = trainingView(terminal, environmentKind(training.config.env_id));
    const done = await runTraining(training, { view, checkpoint: files.checkpoint, signal });
    if (!done) {
      const { episode, episodes } = training.progress();
      throw new CliError(
        EXIT.interrupted,
        `interrupted after ${count(episode)} of ${count(episodes)} episodes: kept in ${files.checkpoint}`,
        {
          advice: `go on with \`policyledger train --resume ${files.checkpoint}\``,
        },
      );
    }
    const trained = trainedBy(training, claimSeed);
    replaceFile(files.policy, trained.text);
    writeClaimFile(files.claim, trained.claim);
    // Last: until both are there, the training can be taken up again.
    rmSync(files.checkpoint, { force: true });
    report(trainedJson(trained, files), () => trainedText(trained, files, terminal));
    return EXIT.ok;
  },
};

function onServer(call: Call, claimSeed: number): Promise<number> {
  const { given, terminal } = call;
  const here = ["resume", "out", "name", "force"].find((name) => given.text(name) ?? given.is(name));
  if (here !== undefined)
    throw usage(`--${here} is for a training here: with --on-server no file is written`);
  const options = accepted(() => {
    const options = trainingOptions(given);
    parseTrainingConfig(options);
    return options;
  });
  return trainOnServer(call, {
    options,
    claimSeed,
    view: trainingView(terminal, environmentKind(options.env_id)),
  });
}

/** What the core refuses was on the command line. */
function accepted<T>(f: () => T, what = (message: string) => message): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw new CliError(EXIT.usage, what(error.message), { faults: error.faults, cause: error });
  }
}

function trainingOf({ given }: Call): Training {
  const resumed = given.text("resume");
  if (resumed === undefined) return accepted(() => startTraining(trainingOptions(given)));
  const told = Object.keys(TRAINING_OPTIONS).find((name) => given.text(name) !== undefined);
  if (told !== undefined) throw usage(`--resume goes on as the training began: --${told} cannot be changed`);
  const text = readOrRefuse(resumed);
  return accepted(
    () => resumeTraining(text),
    (message) => `${foreign(resumed)} cannot be gone on with: ${message}`,
  );
}

function readOrRefuse(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usage(`Cannot read ${foreign(file)}: ${(error as Error).message}`);
  }
}

interface TrainingFiles {
  readonly policy: string;
  readonly claim: string;
  readonly checkpoint: string;
}

function filesOf({ given }: Call, { config }: Training): TrainingFiles {
  const { env_id, env_config, seed } = config;
  const { preset = "standard", ...others } = env_config as JsonObject;
  const usual = `${env_id}-${preset}${Object.keys(others).length > 0 ? "-changed" : ""}-${seed}`;
  const resumed = given.text("resume");
  const name =
    given.text("name") ?? resumed?.replace(/^.*[\\/]/, "").replace(/\.training\.json$/, "") ?? usual;
  if (!/^[\w.-]{1,200}$/.test(name))
    throw usage(`--name wants letters, digits, . _ -, got ${foreign(name, 40)}`);
  const folder = given.text("out") ?? (resumed === undefined ? "." : dirname(resumed));
  try {
    mkdirSync(folder, { recursive: true });
    // Now, not after all the work.
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw usage(`Cannot write to ${foreign(folder)}: ${(error as Error).message}`);
  }
  const files = {
    policy: join(folder, `${name}.policy.json`),
    claim: join(folder, `${name}.claim.json`),
    checkpoint: join(folder, `${name}.training.json`),
  };
  const there = Object.values(files).filter(
    (file) => existsSync(file) && resolve(file) !== resolve(resumed ?? ""),
  );
  if (there.length > 0 && !given.is("force")) {
    const advice = there.includes(files.checkpoint)
      ? `go on with --resume ${files.checkpoint}, choose another --name, or write over it with --force`
      : "choose another --name or --out, or write over it with --force";
    throw usage(`${there.join(" and ")} ${there.length === 1 ? "is" : "are"} there already`, advice);
  }
  return files;
}
