// The checker of environments: tries the environment contract on random seeds and actions, and the model against
// what the episodes show, and gives the smallest input on which something breaks.
import type { Environment } from "../src/environments/environment.ts";
import { resultsTrial, sharingTrial } from "./environment-laws.ts";
import { invalidActionTrial, invalidSeedTrial, notResetTrial } from "./environment-refusals.ts";
import { endTrial, pastTrial, twoInstancesTrial } from "./environment-replay.ts";
import { checkCodes, checkShape, checkStable, portrait } from "./environment-shape.ts";
import { checkFrequencies } from "./frequencies.ts";
import { prove } from "./laws.ts";
import { checkModel, possibleTrial } from "./model.ts";
import { type CheckOptions, finish, type Report, refuseFindings, startTally, type Tally } from "./report.ts";

/**
 * Checks the environments that `make` makes, a new one in every call, all of one configuration. The same options
 * check the same inputs. Whether a call returns at all is not checked: it must.
 */
export function checkEnvironment(make: () => Environment, options: CheckOptions = {}): Report {
  const tally = startTally(options);
  if (!checkShape(tally, make)) return finish(tally);
  const env = make();
  const first = { env, said: portrait(env) };
  checkCodes(tally, make);
  prove(tally, resultsTrial(make));
  prove(tally, notResetTrial(make));
  prove(tally, invalidSeedTrial(make));
  // What follows reads the results: without them it would break too, and say nothing new.
  if (found(tally, "answers", "synchronous", "reset_result", "step_result")) return finish(tally);
  checkReplay(tally, make);
  checkDynamics(tally, make);
  checkStable(tally, make, first);
  return finish(tally);
}

/** Each trial relies on what the ones before it have shown. */
function checkReplay(tally: Tally, make: () => Environment): void {
  prove(tally, twoInstancesTrial(make));
  if (found(tally, "same_on_two_instances")) return;
  prove(tally, pastTrial(make));
  prove(tally, endTrial(make));
  prove(tally, invalidActionTrial(make));
  if (!found(tally, "same_after_history")) prove(tally, sharingTrial(make));
}

function checkDynamics(tally: Tally, make: () => Environment): void {
  if (!checkModel(tally, make)) return;
  if (found(tally, "reward_integer", "state_code", "ends_by_horizon")) return;
  prove(tally, possibleTrial(make));
  if (!found(tally, "model_possible", "same_on_two_instances")) checkFrequencies(tally, make);
}

function found(tally: Tally, ...properties: readonly string[]): boolean {
  return tally.findings.some(({ property }) => properties.includes(property));
}

/** Throws `invalid_environment`, naming every broken property, unless the check finds nothing. */
export function assertEnvironment(make: () => Environment, options: CheckOptions = {}): void {
  refuseFindings("invalid_environment", "Cannot accept the environment", checkEnvironment(make, options));
}
