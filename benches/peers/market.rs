//! The market of `market.py` in a bare loop of floats: what the arithmetic alone costs, without anything around it.
//!
//! `rustc -O market.rs && ./market one BLOCKS FILE` or `./market many RUNS BLOCKS`

use std::io::Write;

const FEE: f64 = 0.003;
const BLOCK: f64 = 12.0 / 31_536_000.0;
const SIGMA: f64 = 0.8;
const GAS: f64 = 115_000.0 * 30e-9;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Box and Muller's, one of the two.
    fn normal(&mut self) -> f64 {
        (2.0 * self.exponential()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

fn run(seed: u64, blocks: usize, mut table: Option<&mut Vec<[f64; 12]>>) -> f64 {
    let (step, drift) = (SIGMA * BLOCK.sqrt(), -0.5 * SIGMA * SIGMA * BLOCK);
    let mut dice = Dice(seed);
    let (mut price, mut x, mut y, mut gain) = (2_000.0_f64, 10_000.0_f64, 20_000_000.0_f64, 0.0);
    for block in 0..blocks {
        if block > 0 {
            price *= (drift + step * dice.normal()).exp();
        }
        let (mut volume, mut trades, mut paid, mut arbitrage) = (0.0, 0.0, 0.0, 0.0);
        let (spot, k) = (y / x, x * y);
        let sizes: [(f64, bool); 5] = std::array::from_fn(|_| (2_000.0 * dice.exponential(), dice.uniform() < 0.5));
        if price > spot / (1.0 - FEE) {
            let pays = ((k * (1.0 - FEE) * price).sqrt() - y) / (1.0 - FEE);
            let out = x - k / (y + pays * (1.0 - FEE));
            if out * price - pays > GAS * price {
                (x, y, arbitrage) = (x - out, y + pays, out * price - pays - GAS * price);
                (volume, trades) = (volume + pays, trades + 1.0);
            }
        } else if price < spot * (1.0 - FEE) {
            let pays = ((k * (1.0 - FEE) / price).sqrt() - x) / (1.0 - FEE);
            let out = y - k / (x + pays * (1.0 - FEE));
            if out - pays * price > GAS * price {
                (x, y, arbitrage) = (x + pays, y - out, out - pays * price - GAS * price);
                (volume, trades) = (volume + out, trades + 1.0);
            }
        }
        gain += arbitrage;
        for (size, buys) in sizes {
            if buys {
                let out = x - x * y / (y + size * (1.0 - FEE));
                (x, y) = (x - out, y + size);
                volume += size;
            } else {
                let sold = size / spot;
                let out = y - y * x / (x + sold * (1.0 - FEE));
                (x, y) = (x + sold, y - out);
                volume += out;
            }
            paid += size * FEE;
            trades += 1.0;
        }
        if let Some(table) = &mut table {
            let b = block as f64;
            table.push([b, 12.0 * b, price, y / x, x, y, volume, trades, arbitrage, 115_000.0 * trades, paid, gain]);
        }
    }
    gain
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["one", blocks, file] => {
            let mut table = Vec::new();
            let gain = run(1, blocks.parse().expect("a number of blocks"), Some(&mut table));
            let bytes: Vec<u8> = table.iter().flatten().flat_map(|cell| cell.to_le_bytes()).collect();
            std::fs::File::create(file).and_then(|mut file| file.write_all(&bytes)).expect("the file is written");
            println!("{gain}");
        }
        ["many", runs, blocks] => {
            let (runs, blocks): (u64, usize) = (runs.parse().expect("a number"), blocks.parse().expect("a number"));
            println!("{}", (0..runs).map(|seed| run(seed, blocks, None)).sum::<f64>() / runs as f64);
        }
        _ => panic!("one BLOCKS FILE, or many RUNS BLOCKS"),
    }
}
