// One port for HTTP/1.1 and gRPC: a connection's first bytes tell which server it belongs to.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Faults } from "./faults.ts";
import { definitionOf, implementationOf, type ServiceSpec } from "./service.ts";

export interface Listening {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export type HttpHandler = (request: Request) => Response | Promise<Response>;

interface PortOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly services: readonly ServiceSpec[];
  readonly http: HttpHandler;
  readonly faults: Faults;
}

/** Requests are limited to 10 MiB by the services, with their own message; beyond this gRPC itself cuts them off. */
const MAX_GRPC_BYTES = 64 << 20;
const MAX_HTTP_BYTES = 1 << 20;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** A connection that does not say within this time what it is, is closed. */
const PREFACE_MS = 30_000;
/** The start of HTTP/2's connection preface (RFC 9113, 3.4); no HTTP/1.1 method begins so. */
const PREFACE = Buffer.from("PRI");

export async function listen({ host, port, services, http, faults }: PortOptions): Promise<Listening> {
  const grpc = new Server({
    "grpc.max_receive_message_length": MAX_GRPC_BYTES,
    "grpc.max_send_message_length": -1,
    "grpc.max_metadata_size": 64 << 10,
  });
  for (const spec of services) grpc.addService(definitionOf(spec), implementationOf(spec, faults));
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const web = createHttpServer(
    (request, response) => void answer(request, response, withFaults(http, faults)),
  );

  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    sortOut(socket, (isGrpc) => {
      if (isGrpc) {
        // It takes over the handle below the socket, and what was put back: reading on would lose bytes.
        injector.injectConnection(socket);
        return;
      }
      web.emit("connection", socket);
      socket.resume();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      grpc.forceShutdown();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Waits for as many bytes as tell the protocols apart, and puts them back. */
function sortOut(socket: Socket, decide: (isGrpc: boolean) => void): void {
  let seen = Buffer.alloc(0);
  socket.setTimeout(PREFACE_MS, () => socket.destroy());
  const look = (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, PREFACE.length);
    const isGrpc = seen.subarray(0, length).equals(PREFACE.subarray(0, length));
    if (isGrpc && length < PREFACE.length) return;
    socket.off("data", look);
    socket.setTimeout(0);
    socket.pause();
    socket.unshift(seen);
    decide(isGrpc);
  };
  socket.on("data", look);
}

function withFaults(http: HttpHandler, faults: Faults): HttpHandler {
  return (request) =>
    new URL(request.url).pathname === "/admin/faults" ? faults.handle(request) : http(request);
}

async function answer(incoming: IncomingMessage, outgoing: ServerResponse, http: HttpHandler): Promise<void> {
  try {
    const response = await responseTo(incoming, http);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    // The client went away in the middle of its request.
    if (incoming.destroyed && !incoming.complete) return;
    console.error(error);
    if (!outgoing.headersSent) outgoing.writeHead(500, { "content-type": "application/json" });
    outgoing.end(JSON.stringify({ error: String(error) }));
  }
}

async function responseTo(incoming: IncomingMessage, http: HttpHandler): Promise<Response> {
  const url = URL.parse(incoming.url ?? "/", "http://localhost");
  if (url === null) return refusal(400, "The address is not one");
  if (!METHODS.has(incoming.method!)) return refusal(405, `${incoming.method} is not answered here`);
  const body = await read(incoming);
  if (body === null) {
    const response = refusal(413, `The body is larger than ${MAX_HTTP_BYTES} bytes`);
    // What was not read of it would be taken for the next request.
    response.headers.set("connection", "close");
    return response;
  }
  return http(requestOf(incoming, url, body));
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

function requestOf(incoming: IncomingMessage, url: URL, body: Buffer): Request {
  const method = incoming.method ?? "GET";
  const hasBody = body.length > 0 && method !== "GET" && method !== "HEAD";
  return new Request(url, {
    method,
    headers: Object.entries(incoming.headers).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value] as [string, string]] : [],
    ),
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  });
}

async function read(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_HTTP_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
