"""The market of `benches/scenarios/arb.ron` in floats: one constant-product pool with a fee of 30 bp, five traders with
exponential sizes, and an arbitrageur who trades towards an outside price that follows a geometric Brownian motion.

    market.py numba one BLOCKS FILE     a run and its table, a loop compiled by numba
    market.py numba many RUNS BLOCKS    runs without tables
    market.py numpy many RUNS BLOCKS    the same, all runs a step at a time

What it leaves out, and plimsoll has: rounding of contracts, wallets, gas, the mempool and its order, events, the audit.
"""

import math
import sys

import numpy as np

FEE, SIGMA, BLOCK = 0.003, 0.8, 12 / 31_536_000
STEP = SIGMA * math.sqrt(BLOCK)
DRIFT = -0.5 * SIGMA**2 * BLOCK
GAS = 115_000 * 30e-9  # ETH for a swap
COLUMNS = 12  # block, time, outside price, pool price, two reserves, volume, trades, arbitrage, gas, fees, gain


def numba_run():
    from numba import njit

    @njit(cache=True)
    def run(seed, blocks, table, keep):
        np.random.seed(seed)
        price, x, y, gain = 2_000.0, 10_000.0, 20_000_000.0, 0.0
        for block in range(blocks):
            if block > 0:
                price *= math.exp(DRIFT + STEP * np.random.standard_normal())
            # Who trades decided by the block's first price, as agents do.
            volume, trades, paid = 0.0, 0, 0.0
            spot, bx, by = y / x, x, y
            sizes = np.empty(5)
            for i in range(5):
                size = 2_000.0 * np.random.standard_exponential()
                sizes[i] = size if np.random.random() < 0.5 else -size
            arbitrage = 0.0
            k = bx * by
            if price > spot / (1.0 - FEE):
                pays = (math.sqrt(k * (1.0 - FEE) * price) - by) / (1.0 - FEE)
                gets = bx - k / (by + pays * (1.0 - FEE))
                if gets * price - pays > GAS * price:
                    y += pays
                    out = x - x * (y - pays) / (y - pays + pays * (1.0 - FEE))
                    x -= out
                    arbitrage = out * price - pays - GAS * price
                    volume += pays
                    trades += 1
            elif price < spot * (1.0 - FEE):
                pays = (math.sqrt(k * (1.0 - FEE) / price) - bx) / (1.0 - FEE)
                gets = by - k / (bx + pays * (1.0 - FEE))
                if gets - pays * price > GAS * price:
                    out = y - y * x / (x + pays * (1.0 - FEE))
                    x += pays
                    y -= out
                    arbitrage = out - pays * price - GAS * price
                    volume += out
                    trades += 1
            gain += arbitrage
            for i in range(5):
                size = sizes[i]
                if size > 0.0:
                    out = x - x * y / (y + size * (1.0 - FEE))
                    y += size
                    x -= out
                    paid += size * FEE
                    volume += size
                else:
                    sold = -size / spot
                    out = y - y * x / (x + sold * (1.0 - FEE))
                    x += sold
                    y -= out
                    paid += sold * spot * FEE
                    volume += out
                trades += 1
            if keep:
                row = table[block]
                row[0], row[1], row[2], row[3], row[4], row[5] = block, 12.0 * block, price, y / x, x, y
                row[6], row[7], row[8], row[9], row[10], row[11] = volume, trades, arbitrage, 115_000 * trades, paid, gain
        return gain

    return run


def numpy_many(runs, blocks):
    dice = np.random.default_rng(1)
    price, x, y = np.full(runs, 2_000.0), np.full(runs, 10_000.0), np.full(runs, 20_000_000.0)
    gain = np.zeros(runs)
    for block in range(blocks):
        if block > 0:
            price *= np.exp(DRIFT + STEP * dice.standard_normal(runs))
        spot = y / x
        k = x * y
        pays = np.maximum((np.sqrt(k * (1 - FEE) * price) - y) / (1 - FEE), 0)
        gets = x - k / (y + pays * (1 - FEE))
        up = gets * price - pays > GAS * price
        sells = np.maximum((np.sqrt(k * (1 - FEE) / price) - x) / (1 - FEE), 0)
        brings = y - k / (x + sells * (1 - FEE))
        down = brings - sells * price > GAS * price
        gain += np.where(up, gets * price - pays - GAS * price, 0) + np.where(down, brings - sells * price - GAS * price, 0)
        x, y = x + np.where(down, sells, 0) - np.where(up, gets, 0), y + np.where(up, pays, 0) - np.where(down, brings, 0)
        sizes, buys = 2_000 * dice.standard_exponential((5, runs)), dice.random((5, runs)) < 0.5
        for size, buy in zip(sizes, buys):
            sold = size / spot
            bought = x - x * y / (y + size * (1 - FEE))
            out = y - y * x / (x + sold * (1 - FEE))
            x, y = np.where(buy, x - bought, x + sold), np.where(buy, y + size, y - out)
    return gain


def main():
    match sys.argv[1:]:
        case ["numba", "one", blocks, file]:
            table = np.empty((int(blocks), COLUMNS))
            numba_run()(1, int(blocks), table, True)
            np.save(file, table)
            print(table[-1, 11])
        case ["numba", "many", runs, blocks]:
            run, none = numba_run(), np.empty((0, COLUMNS))
            print(np.mean([run(seed, int(blocks), none, False) for seed in range(int(runs))]))
        case ["numpy", "many", runs, blocks]:
            print(np.mean(numpy_many(int(runs), int(blocks))))
        case _:
            sys.exit(__doc__)


main()
