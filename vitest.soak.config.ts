// What runs longer than `npm test` may take: the same suites with far more cases, for as long as SOAK_MINUTES says.
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["source"] },
  ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
  test: {
    // Google's clients would look for a cloud to run in.
    env: { METADATA_SERVER_DETECTION: "none" },
    include: ["{core,functions,tests}/**/*.soak.ts"],
    globalSetup: "./scripts/temporary.ts",
    testTimeout: 3_600_000,
    reporters: ["default", "./scripts/count-reporter.ts"],
  },
});
