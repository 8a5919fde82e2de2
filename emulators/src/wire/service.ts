// A gRPC service from its protos and handlers: decodes requests, encodes answers, maps every error to a status.
import { readFileSync } from "node:fs";
import {
  Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import protobuf from "protobufjs";
import type { Faults } from "./faults.ts";
import { Code, StatusError, statusOf } from "./status.ts";

/** A decoded message: camelCase, defaults filled in, members of a oneof only when set, enums by name, int64 as text. */
// biome-ignore lint/suspicious/noExplicitAny: its shape is the proto's, which only the handler knows.
export type Message = any;

export interface Call {
  readonly authorization: string | null;
  /** Aborted when the client went away or its deadline has passed. */
  readonly signal: AbortSignal;
}

export type Unary = (request: Message, call: Call) => object | Promise<object>;
/** `send` answers with a promise when the client reads slower than it is sent to; waiting for it bounds the memory. */
export type Send = (response: object) => Promise<void> | undefined;
type ServerStream = (request: Message, send: Send, call: Call) => void | Promise<void>;
type BidiStream = (stream: Duplex) => void;

export interface Duplex {
  readonly call: Call;
  /** How many answers the client has not yet taken. */
  readonly buffered: number;
  onRequest(handle: (request: Message) => void): void;
  onHalfClose(handle: () => void): void;
  send(response: object): void;
  end(error?: StatusError): void;
}

export interface ServiceSpec {
  readonly protos: protobuf.Root;
  readonly name: string;
  readonly handlers: Readonly<Record<string, Unary | ServerStream | BidiStream>>;
  readonly maxRequestBytes?: number;
  /** Throws for a call that may not be made. */
  readonly authorize?: (call: Call) => void;
  /** The message for an RPC without a handler; it names what is missing. */
  readonly unimplemented: (rpc: string) => string;
}

export function loadProtos(...files: string[]): protobuf.Root {
  const root = new protobuf.Root();
  for (const file of files) root.addJSON(JSON.parse(readFileSync(file, "utf8")).nested);
  return root;
}

interface Codec {
  readonly rpc: string;
  readonly spec: ServiceSpec;
  readonly faults: Faults;
  decode(bytes: Buffer): Message;
  encode(response: object): Buffer;
}

export function definitionOf(spec: ServiceSpec): ServiceDefinition {
  const { methods } = spec.protos.lookupService(spec.name);
  return Object.fromEntries(
    Object.values(methods).map(({ name, requestStream = false, responseStream = false }) => [
      name,
      {
        path: `/${spec.name}/${name}`,
        requestStream,
        responseStream,
        // Bytes go through as they are: a message that cannot be decoded is the handler's to answer.
        requestSerialize: (bytes: Buffer) => bytes,
        requestDeserialize: (bytes: Buffer) => bytes,
        responseSerialize: (bytes: Buffer) => bytes,
        responseDeserialize: (bytes: Buffer) => bytes,
      },
    ]),
  );
}

export function implementationOf(spec: ServiceSpec, faults: Faults): UntypedServiceImplementation {
  const { methods } = spec.protos.lookupService(spec.name);
  return Object.fromEntries(
    Object.values(methods).map((method) => {
      faults.know(method.name, { isStream: method.requestStream === true || method.responseStream === true });
      const codec = codecOf(spec, method, faults);
      const handler = spec.handlers[method.name] ?? unimplemented(spec, method);
      if (method.requestStream && method.responseStream)
        return [method.name, bidi(codec, handler as BidiStream)];
      if (method.responseStream) return [method.name, serverStream(codec, handler as ServerStream)];
      return [method.name, unary(codec, handler as Unary)];
    }),
  );
}

function unimplemented(spec: ServiceSpec, { name, requestStream }: protobuf.Method): Unary | BidiStream {
  const error = () => new StatusError(Code.UNIMPLEMENTED, spec.unimplemented(name));
  if (requestStream) return (stream: Duplex) => stream.end(error());
  return () => {
    throw error();
  };
}

function codecOf(spec: ServiceSpec, method: protobuf.Method, faults: Faults): Codec {
  method.resolve();
  const { resolvedRequestType, resolvedResponseType } = method;
  const { maxRequestBytes = Number.POSITIVE_INFINITY } = spec;
  return {
    rpc: method.name,
    spec,
    faults,
    decode: (bytes) => {
      if (bytes.length > maxRequestBytes)
        throw new StatusError(
          Code.INVALID_ARGUMENT,
          `Request payload size exceeds the limit: ${maxRequestBytes} bytes.`,
        );
      try {
        const message = resolvedRequestType!.decode(bytes);
        return resolvedRequestType!.toObject(message, {
          defaults: true,
          oneofs: true,
          enums: String,
          longs: String,
        });
      } catch (error) {
        throw new StatusError(
          Code.INVALID_ARGUMENT,
          `Cannot read ${resolvedRequestType!.name}: ${(error as Error).message}`,
        );
      }
    },
    // A handler may answer with the message's own bytes.
    encode: (response) =>
      response instanceof Uint8Array
        ? Buffer.from(response.buffer, response.byteOffset, response.length)
        : (resolvedResponseType!.encode(response as protobuf.Message).finish() as Buffer),
  };
}

function unary({ rpc, spec, faults, decode, encode }: Codec, handler: Unary) {
  return (wire: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
    const work = async () => {
      const call = callOf(wire);
      spec.authorize?.(call);
      const request = decode(wire.request);
      return encode(await faults.around(rpc, () => handler(request, call)));
    };
    work().then(
      (bytes) => answer(null, bytes),
      (error) => answer(failure(error)),
    );
  };
}

function serverStream({ rpc, spec, faults, decode, encode }: Codec, handler: ServerStream) {
  return (wire: ServerWritableStream<Buffer, Buffer>) => {
    let waiting: (() => void)[] = [];
    const goOn = () => {
      for (const resolve of waiting) resolve();
      waiting = [];
    };
    wire.on("drain", goOn);
    wire.on("cancelled", goOn);
    const send: Send = (response) => {
      if (wire.cancelled || wire.write(encode(response))) return undefined;
      return new Promise((resolve) => waiting.push(resolve));
    };
    const work = async () => {
      const call = callOf(wire);
      spec.authorize?.(call);
      const request = decode(wire.request);
      await faults.around(rpc, () => handler(request, send, call));
    };
    work().then(
      () => wire.end(),
      (error) => fail(wire, error),
    );
  };
}

function bidi({ rpc, spec, faults, decode, encode }: Codec, handler: BidiStream) {
  return (wire: ServerDuplexStream<Buffer, Buffer>) => {
    let isOver = false;
    let halfClosed = () => {};
    const end = (error?: StatusError) => {
      if (isOver) return;
      isOver = true;
      if (error === undefined) wire.end();
      else fail(wire, error);
    };
    const stream: Duplex = {
      call: callOf(wire),
      get buffered() {
        return wire.writableLength;
      },
      onRequest: (handle) => {
        wire.on("data", (bytes: Buffer) => {
          try {
            if (!isOver) handle(decode(bytes));
          } catch (error) {
            end(statusOf(error));
          }
        });
      },
      onHalfClose: (handle) => {
        halfClosed = handle;
      },
      send: (response) => {
        if (!isOver && !wire.cancelled) wire.write(encode(response));
      },
      end,
    };
    // Requests wait in the stream until the handler listens.
    wire.on("end", () => halfClosed());
    wire.on("error", () => {});
    const open = async () => {
      spec.authorize?.(stream.call);
      await faults.around(rpc, () => handler(stream));
    };
    open().catch((error) => end(statusOf(error)));
  };
}

/** Without initial metadata, Google's clients take an error for a lost connection and try again for seven seconds. */
function fail(
  wire: ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>,
  error: unknown,
): void {
  wire.sendMetadata(new Metadata());
  wire.emit("error", failure(error));
}

function callOf(wire: {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  on(event: "cancelled", f: () => void): unknown;
}): Call {
  const [authorization] = wire.metadata.get("authorization");
  let aborter: AbortController | null = null;
  return {
    authorization: authorization === undefined ? null : String(authorization),
    // Few handlers ask for it, and making one costs more than the rest of a small call.
    get signal() {
      if (aborter === null) {
        const made = new AbortController();
        aborter = made;
        if (wire.cancelled) made.abort();
        else wire.on("cancelled", () => made.abort());
      }
      return aborter.signal;
    },
  };
}

/** It goes into a header, which is limited; longer ones would end the whole connection. */
const MAX_DETAILS = 1_000;

function failure(error: unknown): { code: Code; details: string; message: string } {
  const { code, message } = statusOf(error);
  const details = message.length > MAX_DETAILS ? `${message.slice(0, MAX_DETAILS)}…` : message;
  return { code, details: details.toWellFormed(), message: details };
}
