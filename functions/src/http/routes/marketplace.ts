// Routes for whoever looks for a policy: the boards, the best one, artifacts, and the environments that there are.
import { environmentKinds } from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import type * as z from "zod/mini";
import { Problem } from "../../problem.ts";
import {
  describeEnvironment,
  optimumOf,
  readBoard,
  readEntry,
  readPolicies,
  readPolicy,
} from "../../read.ts";
import type { Service } from "../../service.ts";
import { ASK, FOREVER, FRESH, json, text } from "../answer.ts";
import { type Route, route } from "../route.ts";
import { NDJSON } from "../submissions.ts";

/** Of one answer with many artifacts. */
const ENOUGH_BYTES = 8_388_608;
const LINE_FEED = new Uint8Array([0x0a]);

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
    path: "/policies",
    id: "listPolicies",
    tag: "Policies",
    summary: "Many artifacts, by their hashes",
    description:
      "For whoever checks a whole ledger: `hashes` are at most fifty, with commas between them. One artifact a line, as it is served " +
      "alone, in the order asked for; what is not there is left out. An answer ends early when it gets large: ask again for what " +
      "comes behind its last line. The SHA-256 of each line tells which it is.",
    params: schemas.noParameters,
    query: schemas.policiesQuery,
    limit: "read",
    answers: { 200: { description: "The artifacts.", content: { [NDJSON]: schemas.artifact } } },
    problems: [],
    handle: async ({ service, query }) => {
      const found = await readPolicies(service.db, [...new Set(query.hashes.split(","))]);
      let size = 0;
      const lines: Uint8Array[] = [];
      for (const { artifact, published } of found) {
        if (!published) continue;
        size += artifact.length + 1;
        if (lines.length > 0 && size > ENOUGH_BYTES) break;
        lines.push(artifact, LINE_FEED);
      }
      // What is missing now may be there later.
      return text(Buffer.concat(lines), { cache: ASK, type: NDJSON });
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
