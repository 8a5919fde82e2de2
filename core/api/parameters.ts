// The parameters of routes, in their paths and queries.
import * as z from "zod/mini";
import { envId, hash, natural, preset } from "./schemas.ts";

export const claimPath = z.strictObject({ claim_id: hash });
export const indexPath = z.strictObject({ index: natural });
export const policyPath = z.strictObject({ policy_hash: hash });
export const planPath = z.strictObject({ plan_hash: hash });
export const trainingPath = z.strictObject({ training_id: hash });

export const policiesQuery = z.strictObject({
  hashes: z.string().check(z.regex(/^[0-9a-f]{64}(?:,[0-9a-f]{64}){0,49}$/)),
});

const MAX_PAGE = 500;
export const ledgerQuery = z.strictObject({
  order: z._default(z.enum(["newest", "oldest"]), "newest"),
  from: z.optional(natural),
  limit: z._default(z.int().check(z.minimum(1), z.maximum(MAX_PAGE)), 50),
});

const boardQuery = {
  env_id: z._default(envId, "cyber-defense-v1"),
  preset: z._default(preset, "standard"),
  by: z._default(z.enum(["verified_reward", "expected"]), "verified_reward"),
};
export const bestQuery = z.strictObject(boardQuery);
export const marketplaceQuery = z.strictObject({
  ...boardQuery,
  from: z._default(natural, 0),
  limit: z._default(z.int().check(z.minimum(1), z.maximum(100)), 100),
});
export const noParameters = z.strictObject({});

export type LedgerQuery = z.input<typeof ledgerQuery>;
export type BoardQuery = z.input<typeof bestQuery>;
export type MarketplaceQuery = z.input<typeof marketplaceQuery>;
