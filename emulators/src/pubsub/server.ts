// Starts the local Pub/Sub: the services, the storage behind them, and the port that they share with HTTP.
import { GroupCommit, openDatabase } from "../durable/group-commit.ts";
import { Faults } from "../wire/faults.ts";
import { type Listening, listen } from "../wire/port.ts";
import { dieOf } from "../wire/process.ts";
import type { ServiceSpec } from "../wire/service.ts";
import { Code, StatusError } from "../wire/status.ts";
import { Broker } from "./broker.ts";
import { pubSubProtos } from "./protos.ts";
import { publisher } from "./publisher.ts";
import { openStorage } from "./storage.ts";
import { streamingPull } from "./streaming-pull.ts";
import { subscriber } from "./subscriber.ts";
import { type Now, type SetTimer, setTimer as systemTimer } from "./timer.ts";

export interface PubSubOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** The folder that the data is kept in; null keeps it in memory only. */
  readonly data: string | null;
  readonly strict?: boolean;
  /** Faults on demand can be asked for. */
  readonly admin?: boolean;
  readonly now?: Now;
  readonly setTimer?: SetTimer;
}

/** Google's front ends cut a request off here; the service itself is stricter with publish requests. */
const MAX_REQUEST_BYTES = 10 << 20;
/** So long the last answers may take to leave before the connections are cut. */
const LAST_WORDS_MS = 50;
/** What is left out, by the words in the names of its RPCs. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/Snapshot/, "Snapshots"],
  [/Seek/, "Seek"],
  [/Schema/, "Schemas"],
  [/Detach/, "Detaching subscriptions"],
];

export async function startPubSub({
  host,
  port,
  data,
  strict = false,
  admin = false,
  now = Date.now,
  setTimer = systemTimer,
}: PubSubOptions): Promise<Listening> {
  const db = openDatabase(data, "pubsub", { strict });
  const commit = new GroupCommit(db, dieOf);
  const faults = new Faults(admin);
  const broker = new Broker({ storage: openStorage(db), commit, faults, now, setTimer });
  const protos = pubSubProtos();
  const service = (name: string, handlers: ServiceSpec["handlers"]) => ({
    protos,
    name: `google.pubsub.v1.${name}`,
    handlers,
    maxRequestBytes: MAX_REQUEST_BYTES,
    unimplemented: leftOut,
  });
  const services = [
    service("Publisher", publisher(broker)),
    service("Subscriber", { ...subscriber(broker, setTimer), StreamingPull: streamingPull(broker) }),
    service("SchemaService", {}),
  ];
  const release = () => {
    commit.flush();
    db.close();
  };
  try {
    const listening = await listen({ host, port, services, http: answer, faults });
    return {
      ...listening,
      close: async () => {
        const isAnyoneTold = broker.close(
          new StatusError(Code.UNAVAILABLE, "The local Pub/Sub is shutting down."),
        );
        if (isAnyoneTold) await new Promise<void>((resolve) => systemTimer(resolve, LAST_WORDS_MS));
        await listening.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

function leftOut(rpc: string): string {
  const [, feature = rpc] = LEFT_OUT.find(([words]) => words.test(rpc)) ?? [];
  return `${feature} (${rpc}): not implemented in the local Pub/Sub.`;
}

/** The original answers so, and tools ask it to see whether the emulator is up. */
function answer(request: Request): Response {
  if (new URL(request.url).pathname === "/")
    return new Response("Ok", { headers: { "content-type": "text/plain" } });
  return Response.json(
    { error: "The local Pub/Sub speaks gRPC; over HTTP there are / and /admin/faults." },
    { status: 404 },
  );
}
