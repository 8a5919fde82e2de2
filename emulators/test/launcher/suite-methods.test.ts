// Holds what we put in place of firebase-tools' own to the version that is installed: an update that changes it is noticed here.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";

const WORKER = "emulator/functionsRuntimeWorker.js";
const EMULATOR = "emulator/functionsEmulator.js";

const require = createRequire(import.meta.url);
const source = (path: string) => readFileSync(require.resolve(`firebase-tools/lib/${path}`), "utf8");

/** The text of the method that begins so, or nothing. */
function methodIn(path: string, head: string): string {
  const text = source(path);
  const start = text.indexOf(`\n    ${head} {\n`);
  return start < 0 ? "" : text.slice(start, text.indexOf("\n    }\n", start));
}

describe("what firebase-tools does and we do otherwise", () => {
  test.each([
    [
      "getIdleWorker(triggerId, runtime)",
      "suite-processes.cjs",
      "bac7af29e6728e244cac3241f3730320edcc526e11abdce666118bd499b6a239",
    ],
    [
      "request(req, resp, body, debug)",
      "suite-calls.cjs",
      "8de51b7dc3f061f69148efd134cccbb34c63faa8c65d4f056fb43627632122a4",
    ],
  ])("%s, which is ours as a whole, is what it was when we wrote ours", (head, file, hash) => {
    const method = methodIn(WORKER, head);
    const message = `firebase-tools has changed ${head}: read it, bring ${file} into line, and pin its hash here`;
    expect(createHash("sha256").update(method).digest("hex"), message).toBe(hash);
  });

  test.each([
    "async startRuntime(backend, trigger)",
    "async handleHttpsTrigger(req, res)",
    "createHubServer()",
  ])("%s, which ours calls, takes these arguments", (head) => {
    expect(methodIn(EMULATOR, head)).not.toBe("");
  });

  test.each([
    [EMULATOR, "const server = this.createHubServer().listen(port, host);"],
    [EMULATOR, "return this.handleHttpsTrigger(req, res);"],
    [EMULATOR, "await this.startRuntime(record.backend, trigger);"],
    [EMULATOR, "await pool.submitRequest(trigger.id, {"],
    [WORKER, "return worker.request(req, resp, body, !!debug);"],
    [WORKER, "this.runtime.process.kill();"],
    ["serve/hosting.js", "const server = (0, superstatic_1.server)({"],
    // Without a word about what becomes of either.
    ["hosting/proxy.js", "proxyRes.body.pipe(res);"],
  ])("%s still says %s, so that ours is found", (path, line) => {
    expect(source(path)).toContain(line);
  });
});
