// Looks after the parts of a running stack, and says which one ended.
import type { Folders } from "./folders.ts";
import { withLog } from "./log-ends.ts";
import { type Part, PURPOSE } from "./project.ts";
import type { Running } from "./ready.ts";
import type { Suite } from "./suite.ts";

const WATCH_EVERY_MS = 500;
/** Less often, because it looks at every process of the machine. */
const LOOK_EVERY_MS = 2_000;

/** The suite ends when one of its parts fails, but not when one is killed or ends by itself: so each is looked after. */
export function watchParts(
  suite: Suite,
  { pids }: Running,
  folders: Folders,
): { broken: Promise<string>; cancel(): void } {
  const broken = Promise.withResolvers<string>();
  let cancelled = false;
  const timer = setInterval(() => {
    const dead = (Object.entries(pids) as [Part, number][]).find(([, pid]) => !isAlive(pid));
    if (dead !== undefined) tell(`${PURPOSE[dead[0]]} (process ${dead[1]}) has ended.`, dead[0]);
  }, WATCH_EVERY_MS);
  timer.unref();
  suite.look();
  const looking = setInterval(() => suite.look(), LOOK_EVERY_MS);
  looking.unref();
  const cancel = () => {
    cancelled = true;
    clearInterval(timer);
    clearInterval(looking);
  };
  const tell = (message: string, part: Part | null) => {
    if (cancelled) return;
    cancel();
    broken.resolve(withLog(message, folders, part));
  };
  void suite.exited.then(({ code, signal }) => {
    const dead = (Object.entries(pids) as [Part, number][]).find(([, pid]) => !isAlive(pid));
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    tell(`The Emulator Suite (process ${suite.pid}) has ended ${how}.`, dead?.[0] ?? null);
  });
  return { broken: broken.promise, cancel };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
