// Where a stack keeps what it writes: its data, its logs, and the folder that the Emulator Suite takes for the project.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { HOST, type Ports, type Project } from "./project.ts";

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
  const kept = { data: inside("data"), logs: inside("logs"), suite: inside("suite"), home: inside("home") };
  try {
    for (const folder of Object.values(kept)) mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw cannotWrite(local, error);
  }
  return { ...kept, temporary: mkdtempSync(join(tmpdir(), "policyledger-")) };
}

export function removeTemporary({ temporary }: Folders): void {
  rmSync(temporary, { recursive: true, force: true });
}

export function cannotWrite(local: string, error: unknown): Error {
  return new Error(
    [
      `Cannot start: data and logs go to ${local}, which cannot be written: ${(error as Error).message}.`,
      "Another folder for them:  --local DIR",
    ].join("\n"),
  );
}

/**
 * Writes the firebase.json of this run. The suite refuses rules from outside its project folder, so they are linked
 * into it; functions and pages keep their real paths, which the suite needs to see their changes.
 */
export function writeSuiteProject(project: Project, ports: Ports, folders: Folders): string {
  const { functions, hosting, firestore } = project;
  const backTo = (path: string) => relative(folders.suite, resolve(project.root, path));
  const linked = (path: string) => link(resolve(project.root, path), folders.suite);
  const config = {
    ...(functions.length > 0 && {
      functions: functions.map(({ predeploy: _, ...rest }) => ({ ...rest, source: backTo(rest.source) })),
    }),
    // Without any, the suite takes the database for one of several.
    firestore: oneOrMany(
      (firestore.length > 0 ? firestore : [{}]).map(({ rules, indexes, ...rest }) => ({
        ...rest,
        ...(rules && { rules: linked(rules) }),
        ...(indexes && { indexes: linked(indexes) }),
      })),
    ),
    ...(hosting.length > 0 && {
      hosting: oneOrMany(
        hosting.map((site) => ({ ...site, ...(site.public && { public: backTo(site.public) }) })),
      ),
    }),
    emulators: {
      singleProjectMode: true,
      ui: { enabled: false },
      // What is named here without being configured ends the suite.
      ...Object.fromEntries(project.parts.map((part) => [part, { host: HOST, port: ports[part] }])),
    },
  };
  const file = join(folders.suite, "firebase.json");
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  return file;
}

/** Some parts of the suite read a single one only when it stands alone. */
function oneOrMany<T>(all: readonly T[]): T | readonly T[] {
  return all.length === 1 ? all[0]! : all;
}

function link(target: string, folder: string): string {
  const name = target.slice(target.lastIndexOf("/") + 1);
  const place = join(folder, name);
  rmSync(place, { force: true });
  symlinkSync(target, place);
  return name;
}
