// What the command asks a service with: the SDK's client, and its calls of plans.
import type { Submission } from "@policyledger/core";
import { openPlans, type PlanClient, signedPlan } from "../plans/index.ts";
import { type Client, type ClientOptions, createClient, type Signed } from "../sdk/index.ts";

export type ServiceClient = Client & PlanClient;

export function openService(endpoint: string, options: ClientOptions): ServiceClient {
  return { ...createClient(endpoint, options), ...openPlans(endpoint, options) };
}

/** A submission of either kind, as the SDK sends it. */
export function asSent(submission: Submission): Signed {
  return "document" in submission ? signedPlan(submission) : submission;
}
