// The checker of policies: tries the four properties of the policy contract on random seeds and observations, and
// gives the smallest input on which one breaks.
import type { Policy } from "../src/policies/policy.ts";
import type { Space } from "../src/spaces/space.ts";
import { prove } from "./laws.ts";
import { members } from "./members.ts";
import { episodeTrial } from "./policy-laws.ts";
import { defaultTrial, pastTrial, twoInstancesTrial } from "./policy-replay.ts";
import { checkShape, checkSpaceIsFixed } from "./policy-space.ts";
import { type CheckOptions, finish, type Report, refuseFindings, startTally } from "./report.ts";

/**
 * Checks the policies that `make` makes, a new one in every call, on observations from the space. The same options
 * check the same inputs. Whether a policy returns at all is not checked: it must.
 */
export function checkPolicy<O, A>(
  make: () => Policy<O, A>,
  observationSpace: Space<O>,
  options: CheckOptions = {},
): Report {
  const tally = startTally(options);
  if (!checkShape(tally, make as () => Policy)) return finish(tally);
  const observations = members(observationSpace);
  prove(tally, episodeTrial(make, observations));
  prove(tally, twoInstancesTrial(make, observations));
  // A policy that does not repeat itself on a new instance would break these too, and say nothing new.
  if (!tally.findings.some(({ property }) => property === "same_on_two_instances")) {
    prove(tally, pastTrial(make, observations));
    prove(tally, defaultTrial(make, observations));
  }
  checkSpaceIsFixed(tally, make as () => Policy);
  return finish(tally);
}

/** Throws `invalid_policy`, naming every broken property, unless the check finds nothing. */
export function assertPolicy<O, A>(
  make: () => Policy<O, A>,
  observationSpace: Space<O>,
  options: CheckOptions = {},
): void {
  const report = checkPolicy(make, observationSpace, options);
  refuseFindings("invalid_policy", "Cannot accept the policy", report);
}
