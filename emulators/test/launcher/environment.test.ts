// The suite's environment: no account, no proxy and no other emulator of the user's gets in.
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import { clientEnvironment, suiteEnvironment } from "../../src/launcher/environment.ts";
import type { Folders } from "../../src/launcher/folders.ts";
import { PARTS, type Ports } from "../../src/launcher/project.ts";

const FOLDERS: Folders = {
  data: "/l/data",
  logs: "/l/logs",
  suite: "/l/suite",
  home: "/l/home",
  temporary: "/t",
};
const PLAIN = { memory: false, strict: false, admin: false, official: false, parallel: 3 };

describe("suiteEnvironment", () => {
  test("leaves out what leads to accounts, projects, proxies and other emulators", () => {
    const environment = suiteEnvironment(FOLDERS, PLAIN, {
      GOOGLE_APPLICATION_CREDENTIALS: "/secret.json",
      GOOGLE_CLOUD_PROJECT: "real",
      GCLOUD_PROJECT: "real",
      FIREBASE_TOKEN: "token",
      FIRESTORE_EMULATOR_HOST: "elsewhere:1",
      https_proxy: "http://proxy",
      HTTP_PROXY: "http://proxy",
      npm_config_registry: "https://registry",
      POLICYLEDGER_EMULATOR_MEMORY: "1",
      POLICYLEDGER_LIMITS_FACTOR: "kept",
      LANG: "C",
    });
    const kept = ["POLICYLEDGER_LIMITS_FACTOR", "LANG"];
    for (const name of kept) expect(environment).toHaveProperty(name);
    for (const name of ["GOOGLE_APPLICATION_CREDENTIALS", "FIREBASE_TOKEN", "https_proxy", "HTTP_PROXY"])
      expect(environment).not.toHaveProperty(name);
    expect(Object.values(environment).join("\n")).not.toMatch(/secret|real|elsewhere|proxy|registry/);
    expect(environment).not.toHaveProperty("POLICYLEDGER_EMULATOR_MEMORY");
  });

  test("tells functions that the launcher runs them", () => {
    expect(suiteEnvironment(FOLDERS, PLAIN, {})).toMatchObject({ POLICYLEDGER_LOCAL: "1" });
  });

  test("stops every call that the suite would make to the internet", () => {
    expect(suiteEnvironment(FOLDERS, PLAIN, {})).toMatchObject({
      CI: "1",
      METADATA_SERVER_DETECTION: "none",
      NO_UPDATE_NOTIFIER: "1",
      HOME: "/l/home",
      XDG_CONFIG_HOME: "/l/home/.config",
    });
  });

  test("puts the stand-ins, our java and this Node first", () => {
    const environment = suiteEnvironment(
      FOLDERS,
      { ...PLAIN, memory: true, admin: true },
      { PATH: "/usr/bin" },
    );
    expect(environment.FIRESTORE_EMULATOR_BINARY_PATH).toMatch(/emulators\/bin\/firestore\.mjs$/);
    expect(environment.PUBSUB_EMULATOR_BINARY_PATH).toMatch(/emulators\/bin\/pubsub\.mjs$/);
    expect(environment).toMatchObject({
      POLICYLEDGER_EMULATOR_DATA: "/l/data",
      POLICYLEDGER_EMULATOR_MEMORY: "1",
      POLICYLEDGER_EMULATOR_ADMIN: "1",
      FUNCTIONS_EMULATOR_PARALLEL: "3",
    });
    const path = environment.PATH!.split(":");
    expect(path.slice(1)).toEqual([
      expect.stringMatching(/emulators\/bin$/),
      dirname(process.execPath),
      "/usr/bin",
    ]);
  });

  test("runs other emulators that the suite's own variables name", () => {
    const inherited = { FIRESTORE_EMULATOR_BINARY_PATH: "/opt/firestore" };
    expect(suiteEnvironment(FOLDERS, PLAIN, inherited).FIRESTORE_EMULATOR_BINARY_PATH).toBe("/opt/firestore");
  });

  test("leaves Java and the emulators to firebase-tools with the official ones", () => {
    const environment = suiteEnvironment(
      FOLDERS,
      { ...PLAIN, official: true },
      { PATH: "/usr/bin", FIREBASE_EMULATORS_PATH: "/jars" },
    );
    expect(environment.PATH).not.toContain("emulators/bin:");
    expect(environment).not.toHaveProperty("FIRESTORE_EMULATOR_BINARY_PATH");
    expect(environment.FIREBASE_EMULATORS_PATH).toBe("/jars");
  });
});

describe("clientEnvironment", () => {
  test("tells the official libraries where the stack is", () => {
    const ports = Object.fromEntries(PARTS.map((part, i) => [part, 9000 + i])) as unknown as Ports;
    expect(clientEnvironment(ports)).toMatchObject({
      GCLOUD_PROJECT: "demo-policyledger",
      FIRESTORE_EMULATOR_HOST: `127.0.0.1:${ports.firestore}`,
      PUBSUB_EMULATOR_HOST: `127.0.0.1:${ports.pubsub}`,
      POLICYLEDGER_URL: `http://127.0.0.1:${ports.hosting}`,
    });
  });
});
