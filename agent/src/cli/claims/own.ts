// Claims from files, made this agent's own: what nobody signed yet is signed with the home's key, under its label.
import type { Submission } from "@policyledger/core";
import { signPlanClaim } from "../../plans/index.ts";
import { signClaim } from "../../sdk/index.ts";
import { agentIdFault } from "../agent-id.ts";
import { type FiledClaim, isSigned, readClaimFile } from "../claim-file.ts";
import type { Call } from "../command.ts";
import { usage } from "../exit.ts";
import { signerOfKey } from "../home.ts";

export interface OwnClaim {
  readonly where: string;
  readonly submission: Submission;
}

/** `--agent`, or as `init` was told. */
export function agentIdOf({ given, home }: Pick<Call, "given" | "home">): string {
  const id = given.text("agent") ?? home.config().agent_id;
  if (id === undefined)
    throw usage("there is no agent id to claim under", "`policyledger init`, or --agent ID");
  return id;
}

/** Signs a claim, unless somebody has. A label that is reserved is for the service to refuse: it may be its own. */
export async function signedBy(call: Call, { where, claim }: FiledClaim): Promise<OwnClaim> {
  if (isSigned(claim)) return { where, submission: claim };
  const agentId = agentIdOf(call);
  const fault = agentIdFault(agentId);
  if (fault !== null) throw usage(fault);
  const signer = signerOfKey(call.home.key());
  const submission =
    "document" in claim
      ? await signPlanClaim(signer, agentId, claim.assertion, claim.document)
      : await signClaim(signer, agentId, claim.assertion, claim.artifact);
  return { where, submission };
}

/** All claims of several files, a hundred at a time. */
export function* claimsIn(files: readonly string[], most: number): Generator<FiledClaim[], void, undefined> {
  let some: FiledClaim[] = [];
  for (const file of files) {
    for (const filed of readClaimFile(file)) {
      some.push(filed);
      if (some.length < most) continue;
      yield some;
      some = [];
    }
  }
  if (some.length > 0) yield some;
}
