// A bare gRPC client of google.firestore.v1.Firestore, for what the official client cannot say or hides.
import { createRequire } from "node:module";
import { Client, credentials, Metadata, type MethodDefinition, type ServiceError } from "@grpc/grpc-js";
import protobuf from "protobufjs";

const require = createRequire(import.meta.url);
const SERVICE = "google.firestore.v1.Firestore";
const LARGEST_MESSAGE = 64 * 1024 * 1024;

/** A message as plain data: camelCase, enums by name, int64 as text, bytes as Buffer, fields that are not set left out. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is the proto's, and each test states the part that it expects.
export type Message = any;

export interface Raw {
  /** One request, one answer. */
  call(rpc: string, request: object, as?: Caller): Promise<Message>;
  /** One request, all answers of the stream. */
  collect(rpc: string, request: object, as?: Caller): Promise<Message[]>;
  open(rpc: string, as?: Caller): RawStream;
  close(): void;
}

export interface Caller {
  /** The `authorization` header; null sends none. */
  readonly authorization: string | null;
  /** Milliseconds until the client gives up. */
  readonly patience?: number;
}

export interface RawStream {
  send(request: object): void;
  /** The next answer that has not been taken; rejects when the stream ends or fails. */
  next(): Promise<Message>;
  /** Takes answers until one fits, and gives all that were taken. */
  until(fits: (message: Message) => boolean): Promise<Message[]>;
  close(): void;
}

const OWNER: Caller = { authorization: "Bearer owner" };

export function openRaw(host: string): Raw {
  const { methods } = protos().lookupService(SERVICE);
  const client = new Client(host, credentials.createInsecure(), {
    "grpc.max_send_message_length": LARGEST_MESSAGE,
    "grpc.max_receive_message_length": LARGEST_MESSAGE,
    "grpc.use_local_subchannel_pool": 1,
  });
  const definition = (rpc: string) => definitionOf(methods[rpc]!);

  return {
    call: (rpc, request, as = OWNER) => {
      const { path, requestSerialize, responseDeserialize } = definition(rpc);
      return new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          header(as),
          deadline(as),
          (error, answer) => (error === null ? resolve(answer) : reject(error)),
        );
      });
    },
    collect: (rpc, request, as = OWNER) => {
      const { path, requestSerialize, responseDeserialize } = definition(rpc);
      const stream = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        header(as),
        deadline(as),
      );
      return new Promise((resolve, reject) => {
        const answers: Message[] = [];
        stream.on("data", (answer) => answers.push(answer));
        stream.on("error", reject);
        stream.on("end", () => resolve(answers));
      });
    },
    open: (rpc, as = OWNER) => {
      const { path, requestSerialize, responseDeserialize } = definition(rpc);
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, header(as));
      return { send: (request) => stream.write(request), close: () => stream.cancel(), ...inOrder(stream) };
    },
    close: () => client.close(),
  };
}

let loaded: protobuf.Root | null = null;
function protos(): protobuf.Root {
  loaded ??= protobuf.Root.fromJSON(require("@google-cloud/firestore-api/build/protos/protos.json"));
  return loaded;
}

function definitionOf(method: protobuf.Method): MethodDefinition<object, Message> {
  method.resolve();
  const [request, response] = [method.resolvedRequestType!, method.resolvedResponseType!];
  return {
    path: `/${SERVICE}/${method.name}`,
    requestStream: method.requestStream ?? false,
    responseStream: method.responseStream ?? false,
    requestSerialize: (message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes) =>
      response.toObject(response.decode(bytes), { enums: String, longs: String }),
  };
}

function deadline({ patience }: Caller): { deadline?: number } {
  return patience === undefined ? {} : { deadline: Date.now() + patience };
}

function header({ authorization }: Caller): Metadata {
  const metadata = new Metadata();
  if (authorization !== null) metadata.set("authorization", authorization);
  return metadata;
}

function inOrder(stream: NodeJS.EventEmitter): Pick<RawStream, "next" | "until"> {
  const answers: Message[] = [];
  let failure: Error | null = null;
  let wake = () => {};
  stream.on("data", (answer) => {
    answers.push(answer);
    wake();
  });
  const over = (error: Error) => {
    failure ??= error;
    wake();
  };
  stream.on("error", (error: ServiceError) => over(error));
  stream.on("end", () => over(new Error("the stream has ended")));

  const next = async (): Promise<Message> => {
    while (answers.length === 0) {
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return answers.shift();
  };
  const until = async (fits: (message: Message) => boolean): Promise<Message[]> => {
    const taken: Message[] = [];
    do taken.push(await next());
    while (!fits(taken.at(-1)));
    return taken;
  };
  return { next, until };
}
