// The agent's label: its form is the core's rule, and who may claim under it the service's.
import { policyClaimSchema, readingFaults } from "@policyledger/core";
import { foreign } from "./terminal.ts";

/** Why this is no label, or null. */
export function agentIdFault(id: string): string | null {
  if (readingFaults(policyClaimSchema.shape.agent_id, id).length === 0) return null;
  return `the agent id ${foreign(JSON.stringify(id), 80)} is not 1 to 64 of A-Z a-z 0-9 . _ / -`;
}

/** The service refuses these with `reserved_label`, but for its own key. */
const RESERVED = "service/";

export function reservedFault(id: string): string | null {
  return id.startsWith(RESERVED)
    ? `the agent id ${id} is reserved: labels under ${RESERVED} are the service's own`
    : null;
}
