// Whether a plan may run and what it is called, without running it: for whoever takes plans from others, at little cost.
import type { Hasher } from "../host.ts";
import { type PlanDocument, requireDocument } from "./document.ts";
import { HOST_LIMITS, type HostLimits } from "./host-limits.ts";
import { planHash } from "./plan.ts";
import { type PlanFault, validate } from "./validate.ts";

export interface PlanCheck {
  readonly planHash: string;
  /** As the plan names it; where there is no fault, it is that of the state that comes with it. */
  readonly initialStateHash: string;
  /** The most that a run can evaluate, as docs/nk2.md counts it. */
  readonly staticCost: bigint;
  /** Where there is none, the plan's hash names all of its document that matters. */
  readonly faults: readonly PlanFault[];
}

export function checkPlan(host: Hasher, document: PlanDocument, limits: HostLimits = HOST_LIMITS): PlanCheck {
  requireDocument(document, "Cannot check plan");
  const { plan } = document;
  const { staticCost, faults } = validate(host, document, limits);
  const { initialStateHash } = plan;
  return { planHash: planHash(host, plan), initialStateHash, staticCost, faults };
}
