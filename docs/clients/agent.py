# A PolicyLedger agent and auditor without an SDK: signs a claim, submits it, waits for its entry and checks it alone. In docs/, as an example.
"""Python 3.9 or later and one package, `cryptography`. docs/agents.md explains each step.

    python3 agent.py http://127.0.0.1:5000/api/v1 --label my/agent
"""

import argparse
import hashlib
import http.client
import json
import os
import random
import time
import urllib.error
import urllib.request
from decimal import Decimal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import cyber_defense as game

AGAIN = {408, 429, 500, 502, 503, 504}  # statuses after which the same request may be sent again
FINAL = {"RECORDED", "INVALID", "FAILED"}


def canonical(value):
    """RFC 8785 for all that artifacts, claims and entries hold: text keys without characters above U+FFFF,
    integers within 2^53, floats below 10^21."""
    if isinstance(value, dict):
        return b"{%b}" % b",".join(canonical(key) + b":" + canonical(value[key]) for key in sorted(value))
    if isinstance(value, (list, tuple)):
        return b"[%b]" % b",".join(map(canonical, value))
    if isinstance(value, float):
        return number(value).encode()
    return json.dumps(value, ensure_ascii=False).encode()


def number(value):
    """As ECMAScript writes it. Python finds the same shortest digits, and only sets them otherwise."""
    if not abs(value) < 1e21:
        raise ValueError(f"Cannot write {value}: wanted a number below 10^21")
    if value.is_integer():
        return str(int(value))
    if abs(value) >= 1e-6:
        return format(Decimal(repr(value)), "f")
    return repr(value).replace("e-0", "e-")


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def load_or_make_key(path):
    """32 secret bytes in a file for its owner only. Who has them is the agent; who loses them loses its label."""
    if not os.path.exists(path):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(os.urandom(32).hex())
    with open(path, encoding="ascii") as file:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read().strip()))


def action_table(policy):
    """An artifact from any function that gives one action for an observation: it is asked once for each."""
    digits = "".join("01234"[int(policy(observation))] for observation in game.OBSERVATIONS)
    return {"v": 1, "kind": "action-table", "env_id": "cyber-defense-v1", "default_action": 0, "actions": digits}


def public_hex(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def submission_of(key, label, artifact, seed, reward, env_config):
    """The signed sentence: this policy, in this environment, from this seed, earned this reward."""
    claim = {
        "v": 1,
        "kind": "policy",
        "agent_id": label,
        "public_key": public_hex(key),
        "env_id": artifact["env_id"],
        "env_config": env_config,
        "seed": seed,
        "policy_hash": sha256(canonical(artifact)),
        "claimed_reward": reward,
    }
    return {"artifact": artifact, "claim": claim, "signature": key.sign(canonical(claim)).hex()}


class Refused(Exception):
    """The service said no, and would say it again."""

    def __init__(self, status, problem):
        faults = "".join(f"\n  {fault['path']}: {fault['message']}" for fault in problem.get("errors", []))
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}{faults}")
        self.code = problem.get("code")


def ask(url, body=None, attempts=8):
    """GETs, or POSTs a body. Whatever this service offers may be sent again when no answer came, or one to try again."""
    data = None if body is None else canonical(body)
    request = urllib.request.Request(url, data, {"content-type": "application/json"} if data else {})
    for attempt in range(1, attempts + 1):
        pause = 2**attempt / 4
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            problem = problem_in(error.read())
            no_use = problem.get("code") == "training_unavailable"
            if error.code not in AGAIN or no_use or attempt == attempts:
                raise Refused(error.code, problem) from error
            pause = float(error.headers.get("retry-after", pause))
        except (OSError, http.client.HTTPException):
            if attempt == attempts:
                raise
        time.sleep(pause * random.uniform(1, 1.5))  # never before retry-after, nor all agents at once


def problem_in(data):
    """What stands between us and the service answers 502 and 504 in its own words."""
    try:
        return dict(json.loads(data))
    except ValueError:
        return {"code": None, "detail": data[:200].decode(errors="replace")}


def get(url):
    return json.loads(ask(url))


def replayed_reward(api, key, label, artifact, seed, env_config):
    """What the service's replay earns, for who has no port of the environment: nothing is recorded."""
    verdict = json.loads(ask(f"{api}/verify", submission_of(key, label, artifact, seed, 0, env_config)))
    if "replayed_reward" not in verdict:
        raise ValueError(f"{verdict['reason']}: {verdict['message']} {verdict.get('faults', '')}")
    return verdict["replayed_reward"]


def submit(api, submission):
    """Gives the claim's id. The same claim twice is one claim, so that sending it again is safe."""
    accepted = json.loads(ask(f"{api}/claims", submission))
    require(accepted["claim_id"] == sha256(canonical(submission["claim"])), "the service names another claim")
    return accepted["claim_id"]


def wait(api, claim_id, seconds=180):
    """Polls until the claim has come to its end."""
    until = time.monotonic() + seconds
    while True:
        job = get(f"{api}/claims/{claim_id}")
        if job["state"] in FINAL:
            return job
        require(time.monotonic() < until, f"claim {claim_id} is still {job['state']}")
        time.sleep(0.5)


def entry_hash(entry):
    fields = {name: value for name, value in entry.items() if name != "current_hash"}
    return sha256(b"\0" + canonical(fields))


def check_entry(entry, previous):
    """The entry's hash, its link to the one before (None before entry 0), the claim's id and signature."""
    at = f"entry {entry['index']}"
    require(entry_hash(entry) == entry["current_hash"], f"{at} does not have its hash")
    require(entry["index"] == (previous["index"] + 1 if previous else 0), f"{at} is out of place")
    require(entry["previous_hash"] == (entry_hash(previous) if previous else "genesis"), f"{at} follows another one")
    require(previous is None or entry["timestamp"] >= previous["timestamp"], f"{at} is earlier")
    if entry["kind"] != "policy":
        return
    names = ("v", "kind", "agent_id", "public_key", "env_id", "env_config", "seed", "policy_hash")
    claim = {**{name: entry[name] for name in names}, "claimed_reward": entry["verified_reward"]}
    require(sha256(canonical(claim)) == entry["claim_id"], f"{at} is another claim's")
    # Raises InvalidSignature. On crafted keys OpenSSL is laxer than docs/formats.md, which the service follows.
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(entry["public_key"]))
    key.verify(bytes.fromhex(entry["signature"]), canonical(claim))


def audit(api):
    """Reads the whole ledger and checks each entry; gives how many there are and the last one's hash, to be kept."""
    previous, claims = None, set()
    path = "/ledger?order=oldest&limit=500"
    while path:
        page = get(api + path)
        for entry in page["entries"]:
            check_entry(entry, previous)
            require(entry["claim_id"] not in claims, f"entry {entry['index']} repeats a claim")
            claims.add(entry["claim_id"])
            previous = entry
        path = page["next"] and page["next"].replace("/api/v1", "", 1)
    found = len(claims), previous and previous["current_hash"]
    require(found == (page["size"], page["head"]), "the ledger does not end as it says")
    return found


def require(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def example(observation):
    """Where a policy that was trained somewhere belongs. This one is written by hand."""
    severity, attack, health, confidence, time_under_attack = observation
    if severity == game.HIGH:
        return game.ISOLATE_SERVICE if attack == game.DOS else game.BLOCK_IP
    return game.RATE_LIMIT if severity == game.MEDIUM and attack != game.SCAN else game.MONITOR


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("api", help="where the service is, with /api/v1")
    parser.add_argument("--key", default="agent.key")
    parser.add_argument("--label", help="by default one that nobody else has")
    parser.add_argument("--preset", default="standard", choices=game.PRESETS)
    parser.add_argument("--seed", type=int, default=42)
    given = parser.parse_args()
    api = given.api.rstrip("/")

    key = load_or_make_key(given.key)
    label = given.label or f"python/{public_hex(key)[:16]}"
    artifact = action_table(example)
    reward = game.play(game.policy_of(artifact), given.seed, given.preset)
    print(f"{label} earns {reward / 10} points from seed {given.seed} in {given.preset}")

    claim_id = submit(api, submission_of(key, label, artifact, given.seed, reward, {"preset": given.preset}))
    print(f"claim {claim_id} is accepted")
    job = wait(api, claim_id)
    require(job["state"] == "RECORDED", f"{job['state']}: {job.get('reason')} {job.get('message')}")

    index = job["index"]
    entry = get(f"{api}/ledger/{index}")
    check_entry(entry, get(f"{api}/ledger/{index - 1}") if index > 0 else None)
    require(entry["claim_id"] == claim_id, f"entry {index} holds another claim")
    print(f"entry {index} holds it: hash {entry['current_hash']}, link and signature checked")


if __name__ == "__main__":
    main()
