// What must hold of plans as they are stored: their documents and receipts, whole and their own.
import { gunzipSync } from "node:zlib";
import type { Firestore } from "@google-cloud/firestore";
import { checkPlan, parsePlanDocument, parseReceipts, replayReceipts } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { StoredPlan } from "../../functions/src/documents.ts";
import type { Check, Documents } from "./invariants.ts";

/** A plan with its texts, put together from their parts; null where a part is missing or one is left over. */
export interface PlanAsStored {
  readonly stored: StoredPlan;
  readonly document: string | null;
  readonly receipts: string | null;
}

export async function readPlans(db: Firestore): Promise<Map<string, PlanAsStored>> {
  const plans = new Map<string, PlanAsStored>();
  for (const one of (await db.collection("plans").get()).docs) {
    const stored = one.data() as unknown as StoredPlan;
    const textOf = async (name: "document" | "receipts") => {
      const parts = await one.ref.collection(name).get();
      if (parts.size !== (stored[name]?.parts ?? 0)) return null;
      return gunzipSync(Buffer.concat(parts.docs.map((part) => part.get("bytes") as Buffer))).toString();
    };
    const receipts = stored.receipts === undefined ? null : await textOf("receipts");
    plans.set(one.id, { stored, document: await textOf("document"), receipts });
  }
  return plans;
}

/** What is said of policies above, and that a published plan's receipts are those of its run. */
export function checkPlans({ jobs, entries, plans }: Documents, check: Check): void {
  for (const entry of entries.values()) {
    if (entry.kind !== "plan") continue;
    check(
      plans.get(entry.plan_hash)?.stored.published === true,
      `the plan of entry ${entry.index} is not published`,
    );
  }
  const held = new Set(
    [...jobs.values()].filter(({ commits }) => commits !== undefined).map((job) => job.plan_hash),
  );
  for (const [hash, { stored, document, receipts }] of plans) {
    check(document !== null, `the document of plan ${hash} has other parts than it says`);
    check(stored.published === held.has(hash), `plan ${hash} is published: ${stored.published}`);
    check(
      stored.published === (stored.keep_until === undefined),
      `plan ${hash} is kept until ${stored.keep_until}`,
    );
    check(stored.published === (receipts !== null), `plan ${hash} has receipts: ${receipts !== null}`);
    if (document === null) continue;
    const read = parsePlanDocument(document);
    check(checkPlan(nodeHost, read).planHash === hash, `plan ${hash} is another`);
    const replayed = receipts === null || replayReceipts(nodeHost, read, parseReceipts(receipts)).ok;
    check(replayed, `the receipts of plan ${hash} are not those of its run`);
  }
}
