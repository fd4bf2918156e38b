"""The demo, large and for several seeds: ledger and report agree, and the allowed rate is used.

Each run is `invoicekit demo --faults` with its simulator as a process of its own. Asked for: exit code 0, at
least 95 % of the allowed rate outside the pauses that seeded 429s ask for, and at most 1 % of the requests
answered 429 by the rate limit (seeded 429s counted apart). A small run cannot reach the share: every job
begins with one request alone and ends with its slowest.

    python benchmarks/demo_seeds.py [--entries N] [--payments N] [--seeds N]
"""

import argparse
import json
import subprocess
import sys

LEAST_SHARE = 0.95
MOST_REFUSED = 0.01


def play(entries: int, payments: int, seed: int) -> dict[str, object]:
    """Run one demo; its verdict in a few numbers."""
    sizes = ("--entries", str(entries), "--payments", str(payments), "--seed", str(seed))
    command = [sys.executable, "-m", "invoicekit", "demo", "--faults", "--json", *sizes]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if not run.stdout:
        return {"seed": seed, "exit_code": run.returncode}
    told = json.loads(run.stdout)
    provider = told["provider"]
    return {
        "seed": seed,
        "exit_code": run.returncode,
        "is_consistent": all(verdict["is_consistent"] for verdict in told["audit"].values()),
        "requests": provider["requests"],
        "seconds": told["seconds"],
        "share": round(provider["share_of_allowed_rate"], 4),
        "refused": round(provider["rate_limit_429"] / provider["requests"], 5),
        "seeded_429": provider["seeded_429"],
        "unknown": sum(job["counts"]["unknown"] for job in told["jobs"].values()),
    }


def failings(run: dict[str, object]) -> list[str]:
    """Say what a run fell short of."""
    if run["exit_code"] != 0:
        return [f"exit code {run['exit_code']}"]
    found = []
    if not run["is_consistent"]:
        found.append("ledger and report disagree")
    if float(str(run["share"])) < LEAST_SHARE:
        found.append(f"less than {LEAST_SHARE:.0%} of the allowed rate")
    if float(str(run["refused"])) > MOST_REFUSED:
        found.append(f"more than {MOST_REFUSED:.0%} refused by the rate limit")
    return found


def main() -> int:
    """Play every seed and print a JSON line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--payments", type=int, default=2_000)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    is_failed = False
    for seed in range(1, given.seeds + 1):
        run = play(given.entries, given.payments, seed)
        wrong = failings(run)
        is_failed = is_failed or bool(wrong)
        print(json.dumps({"bench": "demo_seeds", **run, "failings": wrong}), flush=True)
    return int(is_failed)


if __name__ == "__main__":
    sys.exit(main())
