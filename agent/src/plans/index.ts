// @policyledger/agent/plans: plans for Node and for browsers. Apart from the rest of the SDK, since whoever only claims
// policies needs no plan read or checked.
export {
  type FetchedPlan,
  type FetchedReceipts,
  openPlans,
  type PlanClient,
  type ReceiptOptions,
} from "./calls.ts";
export { type PlanAssertion, planAssertion, signedPlan, signPlanClaim } from "./sign.ts";
