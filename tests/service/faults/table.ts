// The table of what is injected: every call of every station, what happens to it, and who is expected to mend it.
import type { Case, Fault, Kind, Mender } from "./cases.ts";
import { STATIONS, type StationName } from "./stations.ts";

export interface CallRow {
  readonly kind: Kind;
  /** The how-manieth of its kind. */
  readonly nth: number;
  readonly what: string;
  /** Where it is not who usually mends it. */
  readonly except?: Partial<Record<Fault, Mender>>;
}

const lostBeforeItWasSaid = { "error before": "sweep", "death before": "sweep" } as const;

/** In the order in which the station makes them, but for those of the queue, which come when all is stored. */
export const TABLE: Readonly<Record<StationName, readonly CallRow[]>> = {
  submit: [
    { kind: "BatchGetDocuments", nth: 1, what: "begin, and read job, label and artifact" },
    {
      kind: "Commit",
      nth: 1,
      what: "job, label and artifact",
      // The claim is known by then: to whoever asks again nothing is left to do.
      except: { "error after": "sweep", "death after": "sweep" },
    },
    { kind: "Publish", nth: 1, what: "tell verify", except: lostBeforeItWasSaid },
    { kind: "Rollback", nth: 1, what: "after a commit that failed" },
    { kind: "whole", nth: 1, what: "the request" },
  ],
  "submit a plan": [
    { kind: "BatchGetDocuments", nth: 1, what: "begin, and read job, label and plan" },
    {
      kind: "Commit",
      nth: 1,
      what: "job, label, plan and the parts of its document",
      except: { "error after": "sweep", "death after": "sweep" },
    },
    { kind: "Publish", nth: 1, what: "tell verify", except: lostBeforeItWasSaid },
    { kind: "Rollback", nth: 1, what: "after a commit that failed" },
    { kind: "whole", nth: 1, what: "the request" },
  ],
  ask: [
    { kind: "BatchGetDocuments", nth: 1, what: "begin, and read the training" },
    { kind: "RunAggregationQuery", nth: 1, what: "count the key's" },
    { kind: "RunAggregationQuery", nth: 2, what: "count the address's" },
    { kind: "RunAggregationQuery", nth: 3, what: "count all" },
    {
      kind: "Commit",
      nth: 1,
      what: "the training, QUEUED",
      except: { "error after": "sweep", "death after": "sweep" },
    },
    { kind: "Publish", nth: 1, what: "tell train", except: lostBeforeItWasSaid },
    { kind: "whole", nth: 1, what: "the request" },
  ],
  verify: [
    { kind: "BatchGetDocuments", nth: 1, what: "read the jobs" },
    { kind: "BatchGetDocuments", nth: 2, what: "read the first claim's artifact" },
    { kind: "BatchGetDocuments", nth: 3, what: "read the second's" },
    { kind: "BatchGetDocuments", nth: 4, what: "read the lie's" },
    { kind: "Commit", nth: 1, what: "the first verdict" },
    { kind: "Commit", nth: 2, what: "the second" },
    { kind: "Commit", nth: 3, what: "the third" },
    { kind: "Publish", nth: 1, what: "wake append", except: { "error before": "sweep" } },
    { kind: "whole", nth: 1, what: "the message" },
  ],
  "verify a plan": [
    { kind: "BatchGetDocuments", nth: 1, what: "read the job" },
    { kind: "BatchGetDocuments", nth: 2, what: "read the plan" },
    { kind: "BatchGetDocuments", nth: 3, what: "read the parts of its document" },
    { kind: "Commit", nth: 1, what: "the verdict, and the parts of its receipts" },
    { kind: "Publish", nth: 1, what: "wake append", except: { "error before": "sweep" } },
    { kind: "whole", nth: 1, what: "the message" },
  ],
  append: [
    { kind: "RunQuery", nth: 1, what: "find what is VALID" },
    { kind: "BatchGetDocuments", nth: 1, what: "begin, and read head and jobs" },
    { kind: "BatchGetDocuments", nth: 2, what: "read the tiles that grow" },
    { kind: "Commit", nth: 1, what: "entries, jobs, tiles and head" },
    { kind: "BatchGetDocuments", nth: 3, what: "read head and checkpoint" },
    { kind: "BatchGetDocuments", nth: 4, what: "read the tiles that are signed" },
    { kind: "Commit", nth: 2, what: "the checkpoint" },
    {
      kind: "RunQuery",
      nth: 2,
      what: "find whether more is",
      // Without a document to go on from, the client gives up.
      except: { "error after, passing": "redelivery" },
    },
    { kind: "Rollback", nth: 1, what: "after a commit that failed" },
    { kind: "whole", nth: 1, what: "the message" },
  ],
  cosign: [
    { kind: "BatchGetDocuments", nth: 1, what: "begin, and read checkpoint and cosignatures" },
    { kind: "BatchGetDocuments", nth: 2, what: "read the tiles that show that it is of this log" },
    { kind: "Commit", nth: 1, what: "the cosignature" },
    { kind: "Rollback", nth: 1, what: "after a commit that failed" },
    { kind: "whole", nth: 1, what: "the request" },
  ],
  rank: [
    { kind: "BatchGetDocuments", nth: 1, what: "read the head" },
    { kind: "BatchGetDocuments", nth: 2, what: "begin, and read the watermark" },
    { kind: "BatchGetDocuments", nth: 3, what: "read the entries" },
    { kind: "BatchGetDocuments", nth: 4, what: "read the boards" },
    { kind: "Commit", nth: 1, what: "boards and watermark" },
    { kind: "Rollback", nth: 1, what: "after a commit that failed" },
    { kind: "whole", nth: 1, what: "the event" },
  ],
  train: [
    { kind: "BatchGetDocuments", nth: 1, what: "begin, and read the training" },
    {
      kind: "Commit",
      nth: 1,
      what: "the lease",
      // It is RUNNING then, for as long as the lease lasts.
      except: { "error after": "sweep", "error after, passing": "sweep", "death after": "sweep" },
    },
    {
      kind: "BatchGetDocuments",
      nth: 2,
      what: "read it as it is leased",
      except: { "error before": "sweep", "error after": "sweep", "death before": "sweep" },
    },
    ...leased("Commit", 2, "points"),
    ...leased("BatchGetDocuments", 3, "begin, and read its claim's job, label and artifact"),
    // The next run finds its claim known, and tells nobody of it.
    ...leased("Commit", 3, "its claim", { "error after": "sweep" }),
    ...leased("Commit", 4, "the training, DONE"),
    {
      kind: "Publish",
      nth: 1,
      what: "tell verify",
      except: { ...lostBeforeItWasSaid, "death after": "sweep" },
    },
    { kind: "whole", nth: 1, what: "the message" },
  ],
  sweep: [
    { kind: "RunQuery", nth: 1, what: "find what is PENDING for too long" },
    {
      kind: "Commit",
      nth: 1,
      what: "one more attempt of a claim",
      // Written again it finds the job changed, and takes it for somebody else's.
      except: { "error after, passing": "sweep" },
    },
    { kind: "RunQuery", nth: 2, what: "find what is VALID" },
    { kind: "BatchGetDocuments", nth: 1, what: "rank: head" },
    { kind: "BatchGetDocuments", nth: 2, what: "rank: watermark" },
    { kind: "BatchGetDocuments", nth: 3, what: "rank: entries" },
    { kind: "BatchGetDocuments", nth: 4, what: "rank: boards" },
    { kind: "Commit", nth: 2, what: "rank: boards and watermark" },
    { kind: "RunQuery", nth: 3, what: "find trainings that are QUEUED for too long" },
    {
      kind: "RunQuery",
      nth: 4,
      what: "find trainings whose lease is over",
      // There is none to go on from.
      except: { "error after, passing": "sweep" },
    },
    { kind: "RunQuery", nth: 5, what: "find the oldest PENDING" },
    { kind: "RunQuery", nth: 6, what: "find the oldest VALID" },
    { kind: "RunQuery", nth: 7, what: "find artifacts that may go" },
    { kind: "BatchGetDocuments", nth: 5, what: "begin, and read an artifact's fields" },
    { kind: "Commit", nth: 3, what: "delete the artifact" },
    { kind: "RunQuery", nth: 8, what: "find plans that may go" },
    { kind: "BatchGetDocuments", nth: 6, what: "begin, and read a plan's fields" },
    { kind: "Commit", nth: 4, what: "delete the plan with the parts of its document" },
    { kind: "BatchGetDocuments", nth: 7, what: "audit: head and walk" },
    { kind: "BatchGetDocuments", nth: 8, what: "audit: entries" },
    { kind: "Commit", nth: 5, what: "audit: how far it is" },
    { kind: "Publish", nth: 1, what: "tell verify" },
    { kind: "Publish", nth: 2, what: "wake append", except: { "error after": "sweep" } },
    { kind: "Publish", nth: 3, what: "tell train" },
    { kind: "whole", nth: 1, what: "the schedule" },
  ],
};

/** An error gives the lease back, so that redelivery takes it up; a death leaves it until it is over: then the sweep does. */
function leased(kind: Kind, nth: number, what: string, more: CallRow["except"] = {}): CallRow[] {
  return [{ kind, nth, what, except: { "death before": "sweep", "death after": "sweep", ...more } }];
}

/** Commits that no transaction makes: those of a client that is gone are not done any more, in the stand-in. */
const PLAIN: Partial<Record<StationName, readonly number[]>> = {
  verify: [1, 2, 3],
  "verify a plan": [1],
  append: [2],
  train: [2, 4],
  sweep: [1, 5],
};

function faultsAt(station: StationName, { kind, nth }: Pick<CallRow, "kind" | "nth">): Fault[] {
  switch (kind) {
    case "whole":
      return ["again", "at once"];
    case "Rollback":
      return ["error before", "error before, passing", "error after", "error after, passing", "twice"];
    case "Publish":
      return [...ANY, "twice", "death after"];
    case "Commit":
      return [...ANY, "aborted", "twice", ...(PLAIN[station]?.includes(nth) ? [] : ["death after" as const])];
    default:
      return [...ANY];
  }
}

const ANY = [
  "error before",
  "error before, passing",
  "error after",
  "error after, passing",
  "late answer",
  "death before",
] as const;

export interface Expected extends Case {
  readonly mender: Mender;
}

/** All cases, each with who is expected to mend what it leaves. */
export function allCases(): Expected[] {
  return (Object.keys(TABLE) as StationName[]).flatMap((station) =>
    TABLE[station].flatMap((row) =>
      faultsAt(station, row).map((fault) => ({
        station,
        kind: row.kind,
        nth: row.nth,
        fault,
        mender: row.except?.[fault] ?? usual(station, row, fault),
      })),
    ),
  );
}

function usual(station: StationName, { kind }: CallRow, fault: Fault): Mender {
  const { retriedBy } = STATIONS[station];
  if (kind === "Rollback") return retriedBy;
  if (fault === "error before" || fault === "death before" || fault === "death after") return retriedBy;
  // The queue has the message, whatever it answered.
  if (fault === "error after") return kind === "Publish" ? "nobody" : retriedBy;
  return "nobody";
}
