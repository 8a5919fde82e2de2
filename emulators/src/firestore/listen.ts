// Snapshot listeners: one Listen stream with its targets, kept up to date commit by commit.
//
// A target's life as the client sees it: ADD, [RESET,] its documents, CURRENT, then a NO_CHANGE without target ids: only
// that makes the documents before it one snapshot. Each commit that touches a target is followed by another. REMOVE ends
// a target, with the cause if it was a fault. https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1
import type { Duplex, Message } from "../wire/service.ts";
import { Code, StatusError, statusOf } from "../wire/status.ts";
import { checkDatabase } from "./context.ts";
import { type Document, writeDocument } from "./document.ts";
import { Backlog } from "./listen-backlog.ts";
import {
  type ListenTarget,
  parseTarget,
  resumeToken,
  type ViewChange,
  type ViewedStore,
} from "./listen-target.ts";
import type { Commit } from "./store.ts";
import { timestampOf } from "./time.ts";

interface ListenedStore extends ViewedStore {
  /** Every commit that is announced later MUST have a later time than this. */
  readTime(): bigint;
  /** MUST call after each commit, in their order, and not within another call to the store. */
  onCommit(listener: (commit: Commit) => void): () => void;
}

interface ListenOptions {
  /** Calls again and again until what it answers with is called. */
  readonly every: (milliseconds: number, work: () => void) => () => void;
  /** How many bytes a client may be behind with what it did not ask for just now. */
  readonly maxBehind: number;
}

/** The server SDK takes a stream for dead after 120 s of silence; the real service speaks about every 30 s. */
const HEARTBEAT_MS = 30_000;
const MAX_BEHIND_BYTES = 16 << 20;

const ChangeType = { NO_CHANGE: 0, ADD: 1, REMOVE: 2, CURRENT: 3, RESET: 4 } as const;

export function handleListen(
  store: ListenedStore,
  duplex: Duplex,
  options: Partial<ListenOptions> = {},
): void {
  const listener = new Listener(store, duplex, options.maxBehind ?? MAX_BEHIND_BYTES);
  const { every = repeat } = options;
  const releases = [
    store.onCommit((commit) => listener.tell(commit)),
    every(HEARTBEAT_MS, () => listener.beat()),
  ];
  listener.onClose(() => {
    for (const release of releases) release();
  });
  duplex.call.signal.addEventListener("abort", () => listener.close());
  duplex.onHalfClose(() => listener.close());
  duplex.onRequest((request) => listener.request(request));
}

function repeat(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}

class Listener {
  readonly #store: ListenedStore;
  readonly #duplex: Duplex;
  readonly #backlog: Backlog;
  readonly #targets = new Map<number, ListenTarget>();
  #lastAssignedId = 0;
  #isQuiet = true;
  #isClosed = false;
  #release = () => {};

  constructor(store: ListenedStore, duplex: Duplex, maxBehind: number) {
    this.#store = store;
    this.#duplex = duplex;
    this.#backlog = new Backlog(maxBehind);
  }

  onClose(release: () => void): void {
    this.#release = release;
  }

  close(error?: StatusError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#targets.clear();
    this.#release();
    this.#duplex.end(error);
  }

  request(request: Message): void {
    this.#guarded(() => {
      const database = checkDatabase(request.database);
      if (request.targetChange === "addTarget") this.#add(database, request.addTarget);
      else if (request.targetChange === "removeTarget") this.#remove(request.removeTarget);
      else
        throw new StatusError(
          Code.INVALID_ARGUMENT,
          "A ListenRequest has neither addTarget nor removeTarget.",
        );
    });
  }

  tell(commit: Commit): void {
    if (!this.#isConcerned(commit)) return;
    this.#guarded(() => {
      this.#backlog.update(this.#duplex.buffered);
      const changes = new ChangesByTarget();
      for (const [id, target] of this.#targets) changes.add(id, target.view.after(commit));
      if (changes.isEmpty) return;
      if (this.#backlog.isTooLong) throw tooSlow();
      this.#sendChanges(changes, commit.time);
      this.#sendConsistent(commit.time);
    });
  }

  #isConcerned({ changes }: Commit): boolean {
    for (const { view } of this.#targets.values())
      for (const { name } of changes) if (view.concerns(name)) return true;
    return false;
  }

  beat(): void {
    this.#guarded(() => {
      if (this.#isQuiet) this.#sendConsistent(this.#store.readTime());
      this.#isQuiet = true;
    });
  }

  /** Whatever fails ends this stream with a status, and never what called: a commit, a timer, the connection. */
  #guarded(work: () => void): void {
    if (this.#isClosed) return;
    try {
      work();
    } catch (error) {
      this.close(statusOf(error));
    }
  }

  #add(database: string, message: Message): void {
    this.#backlog.update(this.#duplex.buffered);
    if (this.#backlog.isTooLongToAdd) throw tooSlow();
    let id: number = message.targetId;
    try {
      id = this.#idFor(message.targetId);
      const target = parseTarget(this.#store, database, message);
      this.#start(id, target);
    } catch (error) {
      this.#sendTargetChange(ChangeType.REMOVE, [id], { cause: statusOf(error) });
    }
    // A client is not behind with what it has asked for this moment.
    this.#backlog.forgive();
  }

  /** Either the client chooses the ids of a stream's targets, or, once it sent 0, the server does. */
  #idFor(asked: number): number {
    if (asked === 0) {
      do this.#lastAssignedId += 1;
      while (this.#targets.has(this.#lastAssignedId));
      return this.#lastAssignedId;
    }
    if (asked < 0)
      throw new StatusError(Code.INVALID_ARGUMENT, `Target ID ${asked} is not a positive number.`);
    if (this.#lastAssignedId > 0)
      throw new StatusError(
        Code.INVALID_ARGUMENT,
        `Target ID ${asked} comes after a target without ID: all later ones must be without ID too.`,
      );
    // The REMOVE that this becomes ends the former target for the client, so it ends here as well.
    if (this.#targets.delete(asked))
      throw new StatusError(Code.ALREADY_EXISTS, `Target ID already exists: ${asked}`);
    return asked;
  }

  #start(id: number, target: ListenTarget): void {
    const time = this.#store.readTime();
    const { isReset, changes } = target.begin(time);
    this.#sendTargetChange(ChangeType.ADD, [id]);
    if (isReset) this.#sendTargetChange(ChangeType.RESET, [id]);
    this.#sendChanges(new ChangesByTarget().add(id, changes), time);
    this.#sendTargetChange(ChangeType.CURRENT, [id], { time });
    this.#sendConsistent(time);
    if (target.once) this.#sendTargetChange(ChangeType.REMOVE, [id]);
    else this.#targets.set(id, target);
  }

  /** Answered also for a target that is gone already: the client counts the answers. */
  #remove(id: number): void {
    this.#targets.delete(id);
    this.#sendTargetChange(ChangeType.REMOVE, [id]);
  }

  #sendConsistent(time: bigint): void {
    this.#sendTargetChange(ChangeType.NO_CHANGE, [], { time });
  }

  #sendTargetChange(
    targetChangeType: number,
    targetIds: readonly number[],
    { time, cause }: { time?: bigint; cause?: StatusError } = {},
  ): void {
    const at = time === undefined ? {} : { readTime: timestampOf(time), resumeToken: resumeToken(time) };
    const why = cause === undefined ? {} : { cause: { code: cause.code, message: cause.message } };
    this.#send({ targetChange: { targetChangeType, targetIds, ...at, ...why } });
  }

  #sendChanges({ shown, gone, left }: ChangesByTarget, time: bigint): void {
    const readTime = timestampOf(time);
    for (const [given, targetIds] of shown) {
      const document = writeDocument(given);
      this.#send({ documentChange: { document, targetIds } }, document.length);
    }
    for (const [document, removedTargetIds] of gone)
      this.#send({ documentDelete: { document, removedTargetIds, readTime } });
    for (const [document, removedTargetIds] of left)
      this.#send({ documentRemove: { document, removedTargetIds, readTime } });
  }

  #send(response: object, size = 0): void {
    this.#isQuiet = false;
    this.#backlog.add(size);
    this.#duplex.send(response);
  }
}

function tooSlow(): StatusError {
  // Clients come back after this one, with their last resume token, and get only what they missed.
  return new StatusError(
    Code.UNAVAILABLE,
    "The listener reads more slowly than documents change; resume to catch up.",
  );
}

/** One message for all targets that a change concerns alike. */
class ChangesByTarget {
  readonly shown = new Map<Document, number[]>();
  readonly gone = new Map<string, number[]>();
  readonly left = new Map<string, number[]>();

  get isEmpty(): boolean {
    return this.shown.size + this.gone.size + this.left.size === 0;
  }

  add(id: number, changes: readonly ViewChange[]): this {
    for (const change of changes) {
      if (change.kind === "shown") append(this.shown, change.document, id);
      else append(this[change.kind], change.name, id);
    }
    return this;
  }
}

function append<K>(map: Map<K, number[]>, key: K, id: number): void {
  const ids = map.get(key);
  if (ids === undefined) map.set(key, [id]);
  else ids.push(id);
}
