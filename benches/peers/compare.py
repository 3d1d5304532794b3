#!/usr/bin/env python3
"""Compares the CPU time of plimsoll's block with that of the same market in floats: numba, numpy, and a bare Rust loop.

    python3 benches/peers/compare.py [ROUNDS]

Wants cargo, rustc, and numba and numpy for this Python (`python3 -m venv env; env/bin/pip install numba numpy`). The
commands take turns, ROUNDS times (5); what is printed is medians of user and system time, whole processes, except for
"a block", which is the difference of two lengths.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLIMSOLL = ROOT / "target/release/plimsoll"
ARB = ROOT / "benches/scenarios/arb.ron"
SHORT, LONG, RUNS, BLOCKS = 50_000, 250_000, 200, 5_000


def cpu(command):
    """Returns the seconds of CPU that a command takes."""
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command} failed")
    return used.ru_utime + used.ru_stime


def medians(commands, rounds):
    """Runs the commands in turn, once to warm up; returns each one's median."""
    taken = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            seconds = cpu(command)
            if turn > 0:
                taken[name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # What numba compiles is kept for the runs of this comparison alone.
        os.environ["NUMBA_CACHE_DIR"] = str(folder)
        bare = folder / "market"
        subprocess.run(["rustc", "-O", "--edition", "2024", HERE / "market.rs", "-o", bare], check=True)
        python = [sys.executable, HERE / "market.py"]

        def one(blocks):
            run = [PLIMSOLL, "run", ARB, "--blocks", blocks, "--quiet", "--force", "--out", folder / f"run-{blocks}"]
            return {
                ("plimsoll", blocks): run,
                ("numba", blocks): [*python, "numba", "one", blocks, folder / "table.npy"],
                ("bare Rust", blocks): [bare, "one", blocks, folder / "table.bin"],
            }

        seconds = medians(one(SHORT) | one(LONG), rounds)
        names = ["plimsoll", "numba", "bare Rust"]
        block = {name: (seconds[name, LONG] - seconds[name, SHORT]) / (LONG - SHORT) for name in names}
        print(f"a block of one run, its table written ({LONG:,} blocks less {SHORT:,})")
        for name in names:
            print(f"  {name:10} {1e6 * block[name]:7.3f} us   plimsoll / {name}: {block['plimsoll'] / block[name]:.2f}")

        sweep = [PLIMSOLL, "run", ARB, "--blocks", BLOCKS, "--seeds", f"1..{RUNS}", "--jobs", 1, "--quiet", "--force"]
        many = medians(
            {
                "plimsoll": [*sweep, "--out", folder / "sweep"],
                "numba": [*python, "numba", "many", RUNS, BLOCKS],
                "numpy": [*python, "numpy", "many", RUNS, BLOCKS],
                "bare Rust": [bare, "many", RUNS, BLOCKS],
            },
            rounds,
        )
        print(f"{RUNS} runs of {BLOCKS:,} blocks without tables, the whole process")
        for name, taken in many.items():
            print(f"  {name:10} {taken:7.3f} s    plimsoll / {name}: {many['plimsoll'] / taken:.2f}")


main()
