#!/usr/bin/env python3
"""Counts the instructions of a block, of a liquidation and of a pool that nobody trades in, by callgrind.

    cargo build --release && python3 benches/instructions.py [--large]

Each figure is the difference of two runs, so that start and end do not count. `--large` adds a million borrowers. Wants
valgrind. Counts are equal from run to run but for some 0.1 %, and depend on compiler and profile.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PLIMSOLL = HERE.parent / "target/release/plimsoll"
SCENARIOS = HERE / "scenarios"


class Counter:
    """Runs of the command under callgrind, in a folder of their own."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def count(self, text, *arguments):
        """Returns the instructions of a command on a scenario, and the summary that it leaves."""
        scenario, out = self.folder / "scenario.ron", self.folder / "run"
        # What an earlier run has left would be read before it is replaced, and counted.
        shutil.rmtree(out, ignore_errors=True)
        scenario.write_text(text)
        command = [PLIMSOLL, "run", scenario, "--quiet", "--out", out, *arguments]
        callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
        ended = subprocess.run([str(word) for word in callgrind], capture_output=True, text=True)
        counted = re.search(r"Collected : (\d+)", ended.stderr)
        if ended.returncode != 0 or not counted:
            sys.exit(ended.stderr)
        return int(counted[1]), json.loads((out / "summary.json").read_text())

    def block(self, text, short=1_000, long=3_000):
        """Returns the instructions of a block: of a long run less a short one."""
        return (self.count(text, "--blocks", long)[0] - self.count(text, "--blocks", short)[0]) / (long - short)


def liquidation(counter, text):
    """Returns the instructions of the blocks of a crash, by liquidation; the calm block's share is in it."""
    before, after = (counter.count(text, "--blocks", blocks) for blocks in (300, 340))
    liquidations = after[1]["liquidations"]["count"] - before[1]["liquidations"]["count"]
    return (after[0] - before[0]) / liquidations


def main():
    large = sys.argv[1:] == ["--large"]
    read = lambda name: (SCENARIOS / f"{name}.ron").read_text()
    with tempfile.TemporaryDirectory() as folder:
        counter = Counter(folder)

        def show(what, figure):
            print(f"{what:56} {figure:>10,.0f}", flush=True)

        arb = read("arb")
        show("arb: a block, tables on", counter.block(arb))
        sweep = lambda blocks: counter.count(arb, "--blocks", blocks, "--seeds", "1..2", "--jobs", 1)[0]
        show("arb: a block of a sweep, no tables", (sweep(3_000) - sweep(1_000)) / 4_000)
        calm, crash = read("calm_lending"), read("liquidations")
        for borrowers in [1_000, 100_000] + [1_000_000] * large:
            show(f"calm_lending: a block, {borrowers:,} borrowers", counter.block(calm.replace("1_000,", f"{borrowers},", 1)))
        for times in [1] + [10] * large:
            many = re.sub(r'count: 100_000|"100_000", "200_000_000"|"700_000_000"|Fixed\(2_000_000\)',
                          lambda found: re.sub(r"\d[\d_]*", lambda n: str(int(n[0]) * times), found[0]), crash)
            show(f"liquidations: one, {times * 100_000:,} borrowers", liquidation(counter, many))
        pools = read("passive_pools")
        alone = "\n".join(line for line in pools.splitlines() if not line.endswith("// passive"))
        passive = pools.count("// passive")
        show("passive_pools: a pool in a block", (counter.block(pools) - counter.block(alone)) / passive)


main()
