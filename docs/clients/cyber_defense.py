# cyber-defense-v1 for agents in Python: docs/environments.md in code, so that the same seed and actions give the same rewards as the service's replay.
"""Needs nothing but Python 3.9. `python3 cyber_defense.py tests/cases/episodes.json` holds it against the case file.

`CyberDefense` has Gymnasium's two verbs and their results; rewards are integers in tenths of a point. It does not
check configurations: the service does.
"""

import itertools
import json
import math
import sys

ACTIONS = ("IGNORE", "MONITOR", "RATE_LIMIT", "BLOCK_IP", "ISOLATE_SERVICE")
IGNORE, MONITOR, RATE_LIMIT, BLOCK_IP, ISOLATE_SERVICE = range(5)
LOW, MEDIUM, HIGH = range(3)
SCAN, BRUTE_FORCE, DOS = range(3)
HEALTHY, DEGRADED, CRITICAL = range(3)

# The fields of an observation with their sizes, in the order of the state code.
FIELDS = {"attack_severity": 3, "attack_type": 3, "system_health": 3, "alert_confidence": 2, "time_under_attack": 2}
# All 108 of them, in the order of their codes: OBSERVATIONS[code] is the observation, a tuple of five integers.
OBSERVATIONS = tuple(itertools.product(*(range(size) for size in FIELDS.values())))
CODES = {observation: code for code, observation in enumerate(OBSERVATIONS)}

PRESETS = {
    name: {"horizon": horizon, "severity_percent": percent, "high_stays_percent": stays}
    for name, horizon, percent, stays in (
        ("standard", 24, [50, 30, 20], 60),
        ("short_burst", 12, [50, 30, 20], 60),
        ("extended", 48, [50, 30, 20], 60),
        ("high_pressure", 24, [20, 30, 50], 75),
        ("sparse_attacks", 24, [85, 5, 10], 60),
    )
}


class CyberDefense:
    def __init__(self, preset="standard", **changes):
        self.config = {**PRESETS[preset], **changes}

    def reset(self, *, seed):
        self.draws = Draws(str(seed))
        # What arrives does not depend on the actions, so that all of it is drawn first.
        self.arrivals = list(arrivals(self.draws, **self.config))
        self.steps, self.health, self.over = 0, HEALTHY, False
        return self._observation(), {}

    def step(self, action):
        if self.over or action not in range(5):
            raise ValueError(f"Cannot step with action {action}: wanted 0 to 4, and an episode that is not over")
        severity, attack, health, confidence, _ = self._observation()
        reward = reward_of(action, severity, attack, confidence)
        self.health = self.draws.pick(health_weights(severity, action, health))
        self.steps += 1
        terminated = self.health == CRITICAL
        truncated = not terminated and self.steps == self.config["horizon"]
        if terminated:
            reward -= 100
        elif truncated:
            reward += 50 if self.health == HEALTHY else 20
        self.over = terminated or truncated
        return self._observation(), reward, terminated, truncated, {}

    def _observation(self):
        severity, attack, confidence, time = (0, 0, 0, 0) if self.over else self.arrivals[self.steps]
        return severity, attack, self.health, confidence, time


def arrivals(draws, horizon, severity_percent, high_stays_percent):
    low, medium, high = severity_percent
    severity, in_a_row = LOW, 0
    for _ in range(horizon):
        if severity != HIGH:
            weights = (low, medium, high)
        elif low + medium == 0:
            weights = (0, 0, 1)
        else:
            leaves = 100 - high_stays_percent
            weights = (leaves * low, leaves * medium, high_stays_percent * (low + medium))
        sure = ((7, 3), (5, 5), (2, 8))
        drawn = draws.pick([weights[s] * a * c for s in range(3) for a in (4, 4, 2) for c in sure[s]])
        severity, attack, confidence = drawn // 6, drawn // 2 % 3, drawn % 2
        in_a_row = 0 if severity == LOW else in_a_row + 1
        yield severity, attack, confidence, int(in_a_row >= 3)


def reward_of(action, severity, attack, confidence):
    by_severity = {
        IGNORE: (-10 if confidence else 20, -40, -100),
        MONITOR: (28, 8, -32),
        RATE_LIMIT: (-15, -15, -15) if attack == SCAN else (20, 70, 70),
        BLOCK_IP: (-35, 35, 85 if confidence else 35),
        ISOLATE_SERVICE: (-70, -70, 90 if attack == DOS else 50),
    }
    return by_severity[action][severity]


def health_weights(severity, action, health):
    if severity == LOW:
        of_both = ((100, 0, 0), (40, 60, 0))
    elif severity == MEDIUM:
        of_both = ((80, 20, 0), (0, 100, 0)) if action == IGNORE else ((100, 0, 0), (30, 70, 0))
    elif action in (BLOCK_IP, ISOLATE_SERVICE):
        of_both = ((70, 30, 0), (0, 88, 12))
    else:
        of_both = ((0, 100, 0), (0, 60, 40))
    return of_both[health]


class Draws:
    """Alea, a random stream, from a text."""

    def __init__(self, text):
        n, self.words, self.carry = 4022871197.0, [], 1
        for _ in range(3):
            n = mash(n, " ")
            self.words.append(math.floor(n) % 2**32)
        for i in range(3):
            n = mash(n, text)
            self.words[i] = (self.words[i] - math.floor(n)) % 2**32

    def draw(self):
        self.carry, drawn = divmod(2091639 * self.words[0] + self.carry, 2**32)
        self.words = [*self.words[1:], drawn]
        return drawn

    def pick(self, weights):
        slot = self.draw() * sum(weights) >> 32
        return next(i for i, until in enumerate(itertools.accumulate(weights)) if until > slot)


def mash(n, text):
    for character in text:
        n += ord(character)
        h = 0.02519603282416938 * n
        n = float(math.floor(h))
        h = (h - n) * n
        n = float(math.floor(h))
        n += (h - n) * 4294967296
    return n


def policy_of(artifact):
    """What an artifact of this environment does: a function from an observation to an action."""
    default = artifact.get("default_action")
    if artifact["kind"] == "action-table":
        digits = artifact["actions"]
        return lambda seen: default if digits[CODES[seen]] == "." else int(digits[CODES[seen]], 36)
    if artifact["kind"] == "q-table":
        actions = {state: first_largest(values) for state, *values in artifact["q"]}
        return lambda seen: actions.get(CODES[seen], default)
    if artifact["kind"] == "rules":
        names = list(FIELDS)
        fits = lambda when, seen: all(seen[names.index(name)] in values for name, values in when.items())
        return lambda seen: next((r["action"] for r in artifact["rules"] if fits(r["when"], seen)), default)
    if artifact["kind"] == "linear":
        starts = [1, *itertools.accumulate(FIELDS.values(), initial=1)][1:]
        # One after the other: since Python 3.12 sum() of floats compensates, and so rounds otherwise.
        total = lambda row, seen: list(itertools.accumulate([row[0], *(row[s + v] for s, v in zip(starts, seen))]))[-1]
        return lambda seen: first_largest([total(row, seen) for row in artifact["weights"]])
    raise ValueError(f"a policy of kind {artifact['kind']} is not for this client")


def first_largest(values):
    return values.index(max(values))


def play(policy, seed, preset="standard", **changes):
    """The reward of one greedy episode, in tenths of a point."""
    env = CyberDefense(preset, **changes)
    observation, _ = env.reset(seed=seed)
    total = 0
    while not env.over:
        observation, reward, _, _, _ = env.step(policy(observation))
        total += reward
    return total


def check(case):
    """Whether an episode of the case file goes here as it says, and its artifact chooses as it says."""
    env = CyberDefense(**case["env_config"])
    observation, _ = env.reset(seed=case["seed"])
    artifact = case.get("artifact", {"kind": "random"})
    policy = None if artifact["kind"] == "random" else policy_of(artifact)
    found, chosen, start = [], [], CODES[observation]
    for action, *_ in case["steps"]:
        if env.over:
            return False
        chosen.append(action if policy is None else policy(observation))
        observation, *rest, _ = env.step(action)
        found.append([action, CODES[observation], *rest])
    total = sum(step[2] for step in found)
    actions = [step[0] for step in found]
    return env.over and (start, found, total, chosen) == (case["start"], case["steps"], case["total"], actions)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = [case for case in json.load(file)["episodes"] if case["env_id"] == "cyber-defense-v1"]
    wrong = [f"{case['name']}, seed {case['seed']}" for case in cases if not check(case)]
    print(f"{len(cases) - len(wrong)} of {len(cases)} episodes agree", *wrong, sep="\n  ")
    sys.exit(1 if wrong or not cases else 0)
