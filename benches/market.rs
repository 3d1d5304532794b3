//! What a step of each price process costs, in blocks of 12 seconds.

use criterion::{Criterion, criterion_group, criterion_main};
use plimsoll::chain::time::TimeSpan;
use plimsoll::market::price::{
    HestonParams, JumpDiffusionParams, OrnsteinUhlenbeckParams, PriceParams, PriceProcess, RegimeParams,
    RegimeSwitchingParams,
};

const DAY: TimeSpan = TimeSpan::seconds(86_400);

fn regime(name: &str, volatility: f64, days: u64) -> RegimeParams {
    let mean_duration = TimeSpan::seconds(days * 86_400);
    RegimeParams { name: name.to_owned(), drift: 0.0, volatility, mean_duration, then: Vec::new() }
}

fn processes() -> [(&'static str, PriceParams); 5] {
    let (start, drift, volatility) = (2_000.0, 0.0, 0.8);
    let (jumps_per_year, jump_mean, jump_sigma) = (100.0, -0.08, 0.06);
    let regimes = vec![regime("calm", 0.5, 30), regime("stressed", 2.0, 2)];
    let heston =
        HestonParams { start, drift, volatility, mean_volatility: None, half_life: DAY, vol_of_vol: 1.0, rho: -0.5 };
    let jumps = JumpDiffusionParams { start, drift, volatility, jumps_per_year, jump_mean, jump_sigma };
    let peg = OrnsteinUhlenbeckParams { level: 1.0, start: None, half_life: DAY, volatility: 0.05 };
    [
        ("gbm", PriceParams::Gbm { start, drift, volatility }),
        ("jump_diffusion", PriceParams::JumpDiffusion(jumps)),
        ("ornstein_uhlenbeck", PriceParams::OrnsteinUhlenbeck(peg)),
        ("heston", PriceParams::Heston(heston)),
        ("regime_switching", PriceParams::RegimeSwitching(RegimeSwitchingParams { start, regimes, begins: None })),
    ]
}

fn step(c: &mut Criterion) {
    for (name, params) in processes() {
        let mut process = PriceProcess::new(&params, 1, "ETH", None);
        let mut elapsed_ms = 0;
        c.bench_function(&format!("market/{name}"), |b| {
            b.iter(|| {
                elapsed_ms += 12_000;
                process.advance(elapsed_ms)
            });
        });
    }
}

criterion_group!(benches, step);
criterion_main!(benches);
