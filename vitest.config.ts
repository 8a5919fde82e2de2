// Two projects: "fast" is part of `npm run ok` and takes seconds; `npm test` runs "fast" and "slow".
import { defineConfig } from "vitest/config";

/** Google's clients would look for a cloud to run in, which a test has not. */
const env = { METADATA_SERVER_DETECTION: "none" };

const shared = {
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
};

export default defineConfig({
  test: {
    reporters: ["default", "./scripts/count-reporter.ts"],
    silent: "passed-only",
    globalSetup: "./scripts/temporary.ts",
    // Vitest would leave a core free, which is half of a small machine.
    maxWorkers: "100%",
    projects: [
      {
        ...shared,
        test: {
          name: "fast",
          env,
          // Some wait for deadlines of the protocols; a busy machine must not make them fail.
          testTimeout: 30_000,
          include: ["{agent,core,emulators,functions,hosting,tests}/**/*.test.ts"],
          exclude: ["**/*.slow.test.ts"],
          // One process for all files: what they share never changes, and loading it anew for each takes longer than they do.
          pool: "threads",
          isolate: false,
        },
      },
      {
        ...shared,
        test: {
          name: "slow",
          env,
          include: ["{agent,core,emulators,functions,hosting,tests}/**/*.slow.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
