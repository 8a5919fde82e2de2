// Routes for whoever looks for a policy: the boards, the best one, artifacts, and the environments that there are.
import { environmentKinds } from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import type * as z from "zod/mini";
import { Problem } from "../../problem.ts";
import { describeEnvironment, optimumOf, readBoard, readEntry, readPolicy } from "../../read.ts";
import type { Service } from "../../service.ts";
import { FOREVER, FRESH, json, text } from "../answer.ts";
import { type Route, route } from "../route.ts";

export const marketplaceRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/marketplace",
    id: "listMarketplace",
    tag: "Marketplace",
    summary: "The best policies of an environment and preset",
    description:
      "By the verified reward on the claimed seed, one place a policy; or `by=expected`: by the exact expected return, one place a " +
      "behaviour, held by whoever came first. Entries with a configuration that is no registered preset are on no board.",
    params: schemas.noParameters,
    query: schemas.marketplaceQuery,
    limit: "read",
    answers: { 200: { description: "The board.", content: { "application/json": schemas.marketplace } } },
    problems: ["not_found"],
    handle: async ({ service, query }) => {
      const { from, limit, env_id, preset, by } = query;
      const { places, shown } = await openBoard(service, query);
      const until = from + limit;
      return json(
        {
          entries: places.slice(from, until).map((place, i) => ({ rank: from + i + 1, ...place })),
          size: places.length,
          next:
            until < places.length
              ? `/api/v1/marketplace?env_id=${env_id}&preset=${preset}&by=${by}&from=${until}&limit=${limit}`
              : null,
          ...shown,
        },
        { cache: FRESH },
      );
    },
  }),
  route({
    method: "get",
    path: "/marketplace/best",
    id: "getBest",
    tag: "Marketplace",
    summary: "The best policy of an environment and preset",
    description: "Check it before you run it: the artifact's hash, the entry, and the chain.",
    params: schemas.noParameters,
    query: schemas.bestQuery,
    limit: "read",
    answers: { 200: { description: "The first place.", content: { "application/json": schemas.best } } },
    problems: ["not_found"],
    handle: async ({ service, query }) => {
      const { env_id, preset } = query;
      const { places, shown } = await openBoard(service, query);
      const first = places[0];
      if (first === undefined)
        throw new Problem("not_found", `Nobody is on the board of ${env_id}, ${preset} yet.`);
      const entry = await readEntry(service.db, first.index);
      if (entry === null) throw new Error(`bug: entry ${first.index} is ranked and not there`);
      return json(
        {
          ...shown,
          best: { rank: 1, ...first },
          entry,
          artifact_location: `/api/v1/policies/${first.policy_hash}`,
        },
        { cache: FRESH },
      );
    },
  }),
  route({
    method: "get",
    path: "/policies/{policy_hash}",
    id: "getPolicy",
    tag: "Policies",
    summary: "An artifact, by its hash",
    description:
      "Its canonical JSON, byte for byte: the SHA-256 of the body is the hash. There once a claim with it is VALID.",
    params: schemas.policyPath,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The artifact.", content: { "application/json": null } } },
    problems: ["not_found"],
    handle: async ({ service, params }) => {
      const policy = await readPolicy(service.db, params.policy_hash);
      if (policy === null || !policy.published) {
        throw new Problem("not_found", `There is no published policy ${params.policy_hash}.`);
      }
      return text(new Uint8Array(policy.artifact), {
        cache: FOREVER,
        type: "application/json",
        headers: { etag: `W/"${policy.policy_hash}"` },
      });
    },
  }),
  route({
    method: "get",
    path: "/environments",
    id: "listEnvironments",
    tag: "Policies",
    summary: "The environments and their presets",
    params: schemas.noParameters,
    query: schemas.noParameters,
    limit: "read",
    answers: {
      200: { description: "All of them.", content: { "application/json": schemas.environments } },
    },
    problems: [],
    handle: async () => {
      const entries = environmentKinds.map(describeEnvironment);
      return json(
        { entries, size: entries.length, head: null, next: null },
        { cache: "public, max-age=300" },
      );
    },
  }),
];

/** The places in the order that is asked for, and what every answer says of their board. */
async function openBoard({ db }: Service, { env_id, preset, by }: z.infer<typeof schemas.bestQuery>) {
  const optimum = optimumOf(env_id, preset);
  if (optimum === null) {
    throw new Problem("not_found", `There is no board of ${env_id}, ${preset}: see /api/v1/environments.`);
  }
  const { places, mark } = await readBoard(db, { env_id, preset }, by);
  const head = mark?.head?.current_hash ?? null;
  return { places, shown: { env_id, preset, by, ledger_size: mark?.size ?? 0, optimum, head } };
}
