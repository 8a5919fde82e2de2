// The table of commands: each is loaded when it is called.
import type { Command } from "./command.ts";

interface Listed {
  readonly about: string;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, Listed>> = {
  init: {
    about: "a key pair and a configuration for this agent",
    load: async () => (await import("./commands/init.ts")).init,
  },
  envs: {
    about: "the environments, their presets, and what simple policies reach in them",
    load: async () => (await import("./commands/envs.ts")).envs,
  },
  train: {
    about: "trains a policy by Q-learning, and writes it and a claim of it to files",
    load: async () => (await import("./commands/train.ts")).train,
  },
  submit: {
    about: "signs and submits claims, and waits until they stand in the ledger",
    load: async () => (await import("./commands/submit.ts")).submit,
  },
  status: {
    about: "where claims are on their way to the ledger",
    load: async () => (await import("./commands/status.ts")).status,
  },
  verify: {
    about: "replays claims and ledger entries here, and says exactly what differs",
    load: async () => (await import("./commands/verify.ts")).verify,
  },
  audit: {
    about: "checks a whole ledger, and that it still holds what was seen before",
    load: async () => (await import("./commands/audit.ts")).audit,
  },
  export: {
    about: "writes the whole ledger with its policies to one file, for audits without the service",
    load: async () => (await import("./commands/export.ts")).exportLedger,
  },
  best: {
    about: "the first place of a board, and how to check and reuse it",
    load: async () => (await import("./commands/best.ts")).best,
  },
  leaderboard: {
    about: "the best policies of an environment and preset",
    load: async () => (await import("./commands/leaderboard.ts")).leaderboard,
  },
  show: {
    about: "what a policy does, as people read it",
    load: async () => (await import("./commands/show.ts")).show,
  },
  returns: {
    about: "how a policy's return is spread over seeds, and how lucky the claimed seed was",
    load: async () => (await import("./commands/returns.ts")).returns,
  },
  reuse: {
    about: "takes the best policy, checks all of it, and runs it",
    load: async () => (await import("./commands/reuse.ts")).reuse,
  },
  proof: {
    about: "proves that an entry stands in the log, and writes the proof to a file",
    load: async () => (await import("./commands/proof.ts")).proof,
  },
  "proof check": {
    about: "checks offline that a proof file proves an entry",
    load: async () => (await import("./commands/proof-check.ts")).proofCheck,
  },
  "evidence check": {
    about: "checks offline what somebody has against a log",
    load: async () => (await import("./commands/evidence-check.ts")).evidenceCheck,
  },
  fsck: {
    about: "derives every tile and the root from the entries, and compares bytes",
    load: async () => (await import("./commands/fsck.ts")).fsck,
  },
  witness: {
    about: "follows a log, and cosigns each checkpoint that continues all before it",
    load: async () => (await import("./commands/witness.ts")).witness,
  },
  "plan run": {
    about: "runs a plan here and shows how it went",
    load: async () => (await import("./commands/plan-run.ts")).planRun,
  },
  "plan seal": {
    about: "makes a plan's document of a draft, with all its hashes",
    load: async () => (await import("./commands/plan-seal.ts")).planSeal,
  },
  "plan check": {
    about: "checks a plan's receipts without running its kernels",
    load: async () => (await import("./commands/plan-check.ts")).planCheck,
  },
  "plan submit": {
    about: "runs plans, claims what they come to, and waits until the claims stand in the ledger",
    load: async () => (await import("./commands/plan-submit.ts")).planSubmit,
  },
  "policy check": {
    about: "proves the policy contract on a policy that you wrote",
    load: async () => (await import("./commands/policy-check.ts")).policyCheck,
  },
};
