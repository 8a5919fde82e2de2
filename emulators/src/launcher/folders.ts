// Where a stack keeps what it writes: its data, its logs, and the folder that the Emulator Suite takes for the project.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { HOST, PARTS, type Ports, type Project } from "./project.ts";

export interface Folders {
  /** Kept between runs; `--fresh` removes it. */
  readonly data: string;
  readonly logs: string;
  /** Holds the firebase.json that the suite reads. */
  readonly suite: string;
  /** An empty home: no login, no opt-in and no credentials of the user's reach the stack. */
  readonly home: string;
  /** Short, because sockets lie in it and their paths may have no more than about 100 bytes; removed at the end. */
  readonly temporary: string;
}

export function makeFolders(local: string): Folders {
  const inside = (name: string) => join(local, name);
  const folders = {
    data: inside("data"),
    logs: inside("logs"),
    suite: inside("suite"),
    home: inside("home"),
    temporary: mkdtempSync(join(tmpdir(), "policyledger-")),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

/**
 * Writes the firebase.json of this run. The suite refuses rules from outside its project folder, so they are linked
 * into it; functions and pages keep their real paths, which the suite needs to see their changes.
 */
export function writeSuiteProject(project: Project, ports: Ports, folders: Folders): string {
  const { functions, hosting, firestore } = project.config;
  const backTo = (path: string) => relative(folders.suite, resolve(project.root, path));
  const linked = (path: string) => link(resolve(project.root, path), folders.suite);
  const config = {
    ...(functions && {
      functions: functions.map(({ predeploy: _, ...rest }) => ({ ...rest, source: backTo(rest.source) })),
    }),
    ...(firestore && {
      firestore: {
        ...(firestore.rules && { rules: linked(firestore.rules) }),
        ...(firestore.indexes && { indexes: linked(firestore.indexes) }),
      },
    }),
    ...(hosting && { hosting: { ...hosting, public: backTo(hosting.public) } }),
    emulators: {
      singleProjectMode: true,
      ui: { enabled: false },
      ...Object.fromEntries(PARTS.map((part) => [part, { host: HOST, port: ports[part] }])),
    },
  };
  const file = join(folders.suite, "firebase.json");
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

function link(target: string, folder: string): string {
  const name = target.slice(target.lastIndexOf("/") + 1);
  const place = join(folder, name);
  rmSync(place, { force: true });
  symlinkSync(target, place);
  return name;
}
