// For people who write policies and environments: checkers that try the contracts on random inputs.
export { assertEnvironment, checkEnvironment } from "./environment.ts";
export { assertPolicy, checkPolicy } from "./policy.ts";
export type { CheckOptions, Finding, Report } from "./report.ts";
