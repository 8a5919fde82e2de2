// cyber-defense-v1: defend a service against a drawn schedule of attacks. docs/environments.md has the same rules
// in words. Rewards are in tenths, probabilities in exact weights.
import * as z from "zod/mini";
import { both, chance } from "./chance.ts";
import type { Chance, Model, Outcome } from "./environment.ts";
import { defineKind } from "./kind.ts";

const [LOW, MEDIUM, HIGH] = [0, 1, 2] as const;
const [SCAN, BRUTE_FORCE, DOS] = [0, 1, 2] as const;
const [HEALTHY, DEGRADED, CRITICAL] = [0, 1, 2] as const;
const [UNSURE, SURE] = [0, 1] as const;
const [IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE] = [0, 1, 2, 3, 4] as const;

const percent = z.int().check(z.minimum(0), z.maximum(100), z.multipleOf(5));

const configSchema = z.strictObject({
  /** Steps of an episode. */
  horizon: z.int().check(z.minimum(1), z.maximum(240)),
  /** How often an attack is LOW, MEDIUM, HIGH. */
  severity_percent: z
    .tuple([percent, percent, percent])
    .check(z.refine(([low, medium, high]) => low + medium + high === 100, "the three must add up to 100")),
  /** How often a HIGH stays HIGH in the next step; LOW and MEDIUM share the rest in their proportion. */
  high_stays_percent: percent,
});

type Config = z.infer<typeof configSchema>;

const STANDARD: Config = { horizon: 24, severity_percent: [50, 30, 20], high_stays_percent: 60 };

export const cyberDefense = defineKind<Config>({
  id: "cyber-defense-v1",
  summary: "Choose a response to each attack of a drawn schedule, and keep the service healthy.",
  rewardUnit: 10,
  fields: [
    { name: "attack_severity", size: 3, labels: ["LOW", "MEDIUM", "HIGH"] },
    { name: "attack_type", size: 3, labels: ["SCAN", "BRUTE_FORCE", "DOS"] },
    { name: "system_health", size: 3, labels: ["HEALTHY", "DEGRADED", "CRITICAL"] },
    { name: "alert_confidence", size: 2, labels: ["LOW", "HIGH"] },
    { name: "time_under_attack", size: 2, labels: ["SHORT", "LONG"] },
  ],
  actions: ["IGNORE", "MONITOR", "RATE_LIMIT", "BLOCK_IP", "ISOLATE_SERVICE"],
  configSchema,
  presets: {
    standard: STANDARD,
    short_burst: { ...STANDARD, horizon: 12 },
    extended: { ...STANDARD, horizon: 48 },
    high_pressure: { horizon: 24, severity_percent: [20, 30, 50], high_stays_percent: 75 },
    sparse_attacks: { horizon: 24, severity_percent: [85, 5, 10], high_stays_percent: 60 },
  },
  model,
});

/** What the environment remembers of the schedule: the severity, and for how many steps it was MEDIUM or more. */
interface Pressure {
  readonly severity: number;
  /** Steps in a row from MEDIUM up, this one counted; what is beyond 3 is 3. */
  readonly run: number;
}

const PRESSURES: readonly Pressure[] = [
  { severity: LOW, run: 0 },
  ...[MEDIUM, HIGH].flatMap((severity) => [1, 2, 3].map((run) => ({ severity, run }))),
];

/** A step's state; the last of a run of 3 is what the observation calls LONG. */
interface Situation extends Pressure {
  readonly type: number;
  readonly confidence: number;
  readonly health: number;
}

const SITUATIONS: readonly Situation[] = PRESSURES.flatMap((pressure) =>
  [SCAN, BRUTE_FORCE, DOS].flatMap((type) =>
    [UNSURE, SURE].flatMap((confidence) =>
      [HEALTHY, DEGRADED].map((health) => ({ ...pressure, type, confidence, health })),
    ),
  ),
);

function pressureIndex({ severity, run }: Pressure): number {
  return severity === LOW ? 0 : (severity - 1) * 3 + run;
}

function situationIndex(pressure: Pressure, type: number, confidence: number, health: number): number {
  return ((pressureIndex(pressure) * 3 + type) * 2 + confidence) * 2 + health;
}

/** An after-state: the pressure that was, and the health that the action left. */
function afterIndex(pressure: Pressure, health: number): number {
  return pressureIndex(pressure) * 2 + health;
}

function observationCode(
  severity: number,
  type: number,
  health: number,
  confidence: number,
  long: number,
): number {
  return (((severity * 3 + type) * 3 + health) * 2 + confidence) * 2 + long;
}

const REWARD_CRITICAL = -100;
const REWARD_AT_HORIZON = [50, 20]; // by health

function model(config: Config): Model {
  const outcomes = SITUATIONS.map((situation) =>
    [IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE].map((action) => outcomesOf(situation, action)),
  );
  const arrivals = PRESSURES.flatMap((pressure) =>
    [HEALTHY, DEGRADED].map((health) => arrivalsOf(config, pressure, health)),
  );
  return {
    horizon: config.horizon,
    stateCount: SITUATIONS.length,
    afterCount: arrivals.length,
    actionCount: 5,
    observationOf: SITUATIONS.map(({ severity, type, health, confidence, run }) =>
      observationCode(severity, type, health, confidence, run === 3 ? 1 : 0),
    ),
    start: arrivalsOf(config, { severity: LOW, run: 0 }, HEALTHY),
    outcomes: (state, action) => outcomes[state]![action]!,
    arrivals: (after) => arrivals[after]!,
    truncationReward: (after) => REWARD_AT_HORIZON[after % 2]!,
  };
}

function arrivalsOf(config: Config, before: Pressure, health: number): Chance<number> {
  const typed = both(severityChance(config, before), typeChance, (severity, type) => ({ severity, type }));
  return both(
    typed,
    ({ severity }) => confidenceChance(severity),
    ({ severity, type }, confidence) => {
      const run = severity === LOW ? 0 : Math.min(3, before.run + 1);
      return situationIndex({ severity, run }, type, confidence, health);
    },
  );
}

function severityChance(config: Config, before: Pressure): Chance<number> {
  const [low, medium, high] = config.severity_percent;
  const stays = config.high_stays_percent;
  if (before.severity !== HIGH)
    return chance([
      [LOW, low],
      [MEDIUM, medium],
      [HIGH, high],
    ]);
  if (low + medium === 0) return chance([[HIGH, 1]]);
  return chance([
    [LOW, (100 - stays) * low],
    [MEDIUM, (100 - stays) * medium],
    [HIGH, stays * (low + medium)],
  ]);
}

function typeChance(): Chance<number> {
  return chance([
    [SCAN, 4],
    [BRUTE_FORCE, 4],
    [DOS, 2],
  ]);
}

function confidenceChance(severity: number): Chance<number> {
  const sure = [3, 5, 8][severity]!;
  return chance([
    [UNSURE, 10 - sure],
    [SURE, sure],
  ]);
}

function outcomesOf(situation: Situation, action: number): Chance<Outcome> {
  const reward = actionReward(situation, action);
  const health = healthChance(situation, action);
  return {
    ...health,
    outcomes: health.outcomes.map((next) => ({
      reward: next === CRITICAL ? reward + REWARD_CRITICAL : reward,
      after: next === CRITICAL ? null : afterIndex(situation, next),
      endObservation: observationCode(0, 0, next, 0, 0),
    })),
  };
}

/** What the action earns, in tenths. */
function actionReward({ severity, type, confidence }: Situation, action: number): number {
  switch (action) {
    case IGNORE:
      if (severity === LOW) return confidence === UNSURE ? 20 : -10;
      return severity === MEDIUM ? -40 : -100;
    case MONITOR:
      return -2 + [30, 10, -30][severity]!;
    case RATE_LIMIT:
      if (type === SCAN) return -10 - 5;
      return -10 + (severity === LOW ? 30 : 80);
    case BLOCK_IP:
      if (severity === HIGH && confidence === SURE) return -15 + 100;
      return -15 + (severity === LOW ? -20 : 50);
    default:
      if (severity !== HIGH) return -30 - 40;
      return -30 + (type === DOS ? 120 : 80);
  }
}

/** What becomes of the health, in hundredths. */
function healthChance({ severity, health }: Situation, action: number): Chance<number> {
  switch (severity) {
    case HIGH: {
      const falls = action === BLOCK_IP || action === ISOLATE_SERVICE ? 30 : 100;
      const critical = (falls * 40) / 100;
      return health === HEALTHY
        ? chance([
            [HEALTHY, 100 - falls],
            [DEGRADED, falls],
          ])
        : chance([
            [DEGRADED, 100 - critical],
            [CRITICAL, critical],
          ]);
    }
    case MEDIUM:
      if (action === IGNORE)
        return health === HEALTHY
          ? chance([
              [HEALTHY, 80],
              [DEGRADED, 20],
            ])
          : chance([[DEGRADED, 1]]);
      return health === DEGRADED
        ? chance([
            [HEALTHY, 30],
            [DEGRADED, 70],
          ])
        : chance([[HEALTHY, 1]]);
    default:
      return health === DEGRADED
        ? chance([
            [HEALTHY, 40],
            [DEGRADED, 60],
          ])
        : chance([[HEALTHY, 1]]);
  }
}
