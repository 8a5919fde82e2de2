// The laws of a policy's shape: what it must have, that every instance is its own, and that nobody outside can put
// another action space in, or write to the one that is there.
import type { Policy } from "../src/policies/policy.ts";
import type { Space } from "../src/spaces/space.ts";
import { ask, showAnswer } from "./answers.ts";
import { note, type Seen, type Tally } from "./report.ts";
import { type Tampering, tamperings } from "./tamper.ts";
import { alike, copy, show } from "./values.ts";

/** Whether the policy has the shape that everything after this relies on. */
export function checkShape(tally: Tally, make: () => Policy): boolean {
  const made = [ask(() => "make()", make), ask(() => "make()", make)] as const;
  const failed = made.find((answer) => answer.threw !== null);
  const missing = failed === undefined ? missingPart(made[0].value) : `make() gave ${showAnswer(failed)}`;
  return (
    note(
      tally,
      "policy_shape",
      "Give the checker a function that makes a policy: { actionSpace, reset({ seed }), selectAction(observation, { explore }) }",
      1,
      seen(missing),
    ) &&
    note(
      tally,
      "fresh_instance",
      "Make a new policy in every call: `() => new MyPolicy()`, not `() => policy`",
      1,
      seen(made[0].value === made[1].value ? "make() gave the same object twice" : null),
    )
  );
}

function missingPart(policy: unknown): string | null {
  try {
    return parts(policy);
  } catch (error) {
    return `Reading the policy's members threw ${show(error)}`;
  }
}

function parts(policy: unknown): string | null {
  if (typeof policy !== "object" || policy === null) return `make() gave ${show(policy)}, which is no policy`;
  const space: unknown = Reflect.get(policy, "actionSpace");
  if (typeof space !== "object" || space === null) return `the policy's actionSpace is ${show(space)}`;
  for (const name of SPACE_METHODS) {
    if (typeof Reflect.get(space, name) !== "function")
      return `the policy's actionSpace has no method ${name}`;
  }
  for (const name of ["reset", "selectAction"]) {
    if (typeof Reflect.get(policy, name) !== "function") return `the policy has no method ${name}`;
  }
  return null;
}

const SPACE_METHODS = ["contains", "sample", "equals", "same", "describe"] as const;

export function checkSpaceIsFixed(tally: Tally, make: () => Policy): void {
  note(
    tally,
    "space_not_reassignable",
    "Make `actionSpace` a getter over a private field, or freeze the policy's property with Object.defineProperty",
    1,
    reassigned(make()),
  );
  const space = make().actionSpace;
  const writes = tamperings(space);
  const took = writes.find((write) => changes(space, write));
  note(
    tally,
    "space_not_mutable",
    "Freeze the space and what it is made of; where it holds a typed array, keep that private and hand out copies",
    writes.length,
    seen(took === undefined ? null : `Writing to actionSpace.${took.path} from outside changed the space`),
  );
}

function reassigned(policy: Policy): Seen | null {
  const before = policy.actionSpace;
  const other = Object.create(before) as Space;
  const write = () => Reflect.set(policy, "actionSpace", other);
  if (ask(() => "", write).threw !== null || policy.actionSpace !== other) return null;
  Reflect.set(policy, "actionSpace", before);
  return seen("`policy.actionSpace = other` was accepted, and actionSpace is the other space now");
}

/** Whether a write from outside reaches what the space says or does. It is undone: spaces may be shared. */
function changes(space: Space, { path, write, undo }: Tampering): boolean {
  const before = portrait(space);
  if (!write()) return false;
  const changed = Object.hasOwn(space, path) || !alike(before, portrait(space));
  undo();
  return changed;
}

/** All that a space shows of itself: its description and some members. */
function portrait(space: Space): unknown {
  const look = [
    () => space.describe(),
    () => space.sample(1),
    () => space.contains(space.sample(2)),
    () => space.toJson(space.sample(3)),
  ];
  return look.map((f) => copy(ask(() => "", f).copy));
}

function seen(message: string | null): Seen | null {
  return message === null ? null : { message, counterexample: null };
}
