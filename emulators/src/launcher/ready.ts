// Waits until the stack is of use: the hub lists every part, the functions are known, and the health answer comes through hosting.
import { setTimeout as sleep } from "node:timers/promises";
import { HOST, PARTS, type Part, type Ports } from "./project.ts";

const POLL_MS = 50;
const ANSWER_WITHIN_MS = 20_000;

export interface Running {
  /** The processes that are not the suite itself, by part. */
  readonly pids: Readonly<Partial<Record<Part, number>>>;
  readonly functions: readonly string[];
}

export async function whatRuns(ports: Ports, wanted: readonly Part[]): Promise<Running> {
  const parts = (await json(`http://${HOST}:${ports.hub}/emulators`)) as Record<string, { pid?: number }>;
  const missing = wanted.filter((part) => parts[part] === undefined);
  if (missing.length > 0) throw new Error(`The suite started without ${missing.join(", ")}.`);
  const pids = Object.fromEntries(
    PARTS.flatMap((part) => (parts[part]?.pid ? [[part, parts[part].pid] as const] : [])),
  );
  return { pids, functions: wanted.includes("functions") ? await functionsAt(ports) : [] };
}

/** What the Functions emulator tells of a function (`emulatedFunctionsFromEndpoints` in firebase-tools), as far as it is used here. */
export interface Trigger {
  readonly name: string;
  /** What the source calls it. */
  readonly entryPoint: string;
  readonly region: string;
  /** Region and name. */
  readonly id: string;
  /** The generation: gcfv1 or gcfv2. */
  readonly platform: string;
  readonly timeoutSeconds: number;
  /** Of scheduled ones only. */
  readonly schedule?: { readonly schedule: string };
}

export async function triggersAt(ports: Ports, signal?: AbortSignal): Promise<readonly Trigger[]> {
  const { backends } = (await json(`http://${HOST}:${ports.functions}/backends`, signal)) as {
    readonly backends: readonly { readonly functionTriggers: readonly Trigger[] }[];
  };
  return backends.flatMap(({ functionTriggers }) => functionTriggers);
}

/** A source that cannot be loaded does not stop the suite: it runs on without functions. */
async function functionsAt(ports: Ports): Promise<string[]> {
  const names = (await triggersAt(ports)).map(({ name }) => name);
  if (names.length === 0) throw new Error("The functions could not be loaded; what they said stands above.");
  return names.sort();
}

async function json(url: string, signal?: AbortSignal): Promise<unknown> {
  return (await fetch(url, signal && { signal })).json();
}

/** Also warms the function's process, so that the user's first call is quick. */
export async function answersWell(url: string): Promise<void> {
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  let last = "nothing";
  while (performance.now() < deadline) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
      if (response.status === 200) return void (await response.text());
      last = `${response.status} ${(await response.text()).slice(0, 200)}`;
    } catch (error) {
      last = (error as Error).message;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${url} should answer 200 and answered: ${last}`);
}
