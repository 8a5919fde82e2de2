// Chooses the ports of a stack and checks that they are free, naming who holds those that are not.
import { connect, createServer, type Server } from "node:net";
import { portOwner } from "./port-owner.ts";
import { HOST, PARTS, type Part, type Ports, PURPOSE } from "./project.ts";

/** As firebase.json says; that plus an offset; or any that are free. */
export type PortChoice = "fixed" | "free" | { readonly offset: number };

const HIGHEST_PORT = 65_535;
const OFFSET_STEP = 10;
const FARTHEST_OFFSET = 1_000;

export async function choosePorts(wanted: Ports, choice: PortChoice): Promise<Ports> {
  if (choice === "free") return freePorts();
  const ports = shifted(wanted, choice === "fixed" ? 0 : choice.offset);
  const taken = await takenAmong(ports);
  if (taken.length > 0) throw new Error(takenMessage(taken, ports, await goodOffset(wanted)));
  return ports;
}

/** The smallest round offset whose ports are free and are none of the wanted ones; null if there is none nearby. */
export async function goodOffset(wanted: Ports): Promise<number | null> {
  const own = new Set(PARTS.map((part) => wanted[part]));
  for (let offset = OFFSET_STEP; offset <= FARTHEST_OFFSET; offset += OFFSET_STEP) {
    const ports = PARTS.map((part) => wanted[part] + offset);
    if (ports.some((port) => port > HIGHEST_PORT || own.has(port))) continue;
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return offset;
  }
  return null;
}

function shifted(wanted: Ports, offset: number): Ports {
  const ports = Object.fromEntries(PARTS.map((part) => [part, wanted[part] + offset])) as Record<
    Part,
    number
  >;
  const wrong = PARTS.find((part) => !(ports[part] >= 1 && ports[part] <= HIGHEST_PORT));
  if (wrong !== undefined) {
    throw new Error(
      `Cannot start: with the offset ${offset} the port of ${wrong} would be ${ports[wrong]}, not 1 to ${HIGHEST_PORT}.`,
    );
  }
  return ports;
}

/**
 * Ports that a system gives out by itself, for outgoing connections too, lie higher (Linux: from 32,768 on): one of
 * those could be taken between this choice and its use.
 */
const LOWEST_FREE = 10_000;
const HIGHEST_FREE = 32_767;

/** From a place of chance on, so that two stacks that start at once do not meet; held until all are chosen. */
async function freePorts(): Promise<Ports> {
  const held: Server[] = [];
  const ports: Partial<Record<Part, number>> = {};
  let next = LOWEST_FREE + Math.floor(Math.random() * (HIGHEST_FREE - LOWEST_FREE));
  for (const part of PARTS) {
    const { server, port } = await heldFrom(next);
    held.push(server);
    ports[part] = port;
    next = port + 1;
  }
  await Promise.all(held.map(closed));
  return ports as Ports;
}

async function heldFrom(start: number): Promise<{ server: Server; port: number }> {
  const count = HIGHEST_FREE - LOWEST_FREE + 1;
  for (let i = 0; i < count; i++) {
    const port = LOWEST_FREE + ((start - LOWEST_FREE + i) % count);
    const server = await listenOn(port).catch(() => null);
    if (server !== null) return { server, port };
  }
  throw new Error(`Cannot start: no port from ${LOWEST_FREE} to ${HIGHEST_FREE} is free.`);
}

async function takenAmong(ports: Ports): Promise<Part[]> {
  const free = await Promise.all(PARTS.map((part) => isFree(ports[part])));
  return PARTS.filter((_, i) => !free[i]);
}

async function isFree(port: number): Promise<boolean> {
  // Some systems let a second process listen on one address while the first listens on all of them.
  if (await answers(port)) return false;
  try {
    await closed(await listenOn(port));
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" || code === "EACCES") return false;
    throw error;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function listenOn(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ host: HOST, port, exclusive: true }, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function takenMessage(taken: readonly Part[], ports: Ports, offset: number | null): string {
  const lines = taken.map((part) => {
    const owner = portOwner(ports[part]);
    const by =
      owner === null
        ? "a process that cannot be seen from here (perhaps another user's)"
        : `${owner.name} (process ${owner.pid})`;
    return `  port ${ports[part]}, for ${PURPOSE[part]}, is taken by ${by}`;
  });
  return [
    "Cannot start:",
    ...lines,
    `Stop what holds it, or start beside it:  npm start -- ${offset === null ? "--free-ports --memory" : `--port-offset ${offset}`}`,
  ].join("\n");
}
