// Records an episode through the loop's observer: states, actions, rewards, and a digest after each step, so that
// two runs that differ are told apart at the first step that differs.
//
// The digest is a chain of SHA-256 in lowercase hex. It starts as H("policyledger/trajectory/v1"); a step makes it
// H("<digest> <state> <action> <reward> <next state> <end>"), where <end> is "-", "terminated" or "truncated".
import type { Observer } from "./episode.ts";
import type { Host } from "./host.ts";

export interface RecordedStep {
  readonly state: number;
  readonly action: number;
  readonly reward: number;
  readonly next_state: number;
  readonly end: "-" | "terminated" | "truncated";
  /** The digest of all steps up to and with this one. */
  readonly digest: string;
}

export interface Recorder {
  readonly observe: Observer;
  /** What was seen so far. */
  readonly steps: readonly RecordedStep[];
  /** The digest of all of it. */
  digest(): string;
}

export function recorder(host: Host): Recorder {
  const steps: RecordedStep[] = [];
  let digest = host.sha256("policyledger/trajectory/v1");
  return {
    steps,
    digest: () => digest,
    observe: (state, action, reward, next_state, terminated, truncated) => {
      const end = terminated ? "terminated" : truncated ? "truncated" : "-";
      digest = host.sha256(`${digest} ${state} ${action} ${reward} ${next_state} ${end}`);
      steps.push({ state, action, reward, next_state, end, digest });
    },
  };
}
