//! What a block with less room than is asked for runs; and bundles, a searcher's two transactions around a swap of somebody
//! else's, all three or none.

use super::Executor;
use crate::chain::bundle::Next;
use crate::chain::event::{EventKind, Sandwich};
use crate::chain::families::Call;
use crate::chain::families::amm::AmmCall;
use crate::chain::gas::BlockGas;
use crate::chain::nonce_order::Ranking;
use crate::chain::transaction::{Action, AmountIn, Transaction};

impl Executor<'_, '_, '_> {
    /// Runs a block that may not have room for all: what is next in rank, by what those before it have left.
    #[cold]
    pub(super) fn run_ranked(&mut self, mut ranking: Ranking, gas: &mut BlockGas) {
        while let Some(next) = ranking.next(gas) {
            match next {
                Next::Alone(transaction) if transaction.revert_protection => {
                    let run = |executor: &mut Self, gas: &mut _| executor.run_within(transaction, 0, gas).map(|_| ());
                    if self.whole_or_nothing(gas, run).is_none() {
                        ranking.leave_out();
                    }
                }
                Next::Alone(transaction) => self.run(transaction, gas),
                Next::Bundle { three, victim } => {
                    if self.run_bundle(three, gas).is_some() {
                        ranking.take_along(victim);
                    }
                }
            }
        }
    }

    /// Runs a bundle around a swap; one in which anything fails leaves nothing, and nobody pays for it.
    fn run_bundle(&mut self, [front, victim, back]: [&Transaction; 3], gas: &mut BlockGas) -> Option<()> {
        let swap = |transaction: &Transaction| match transaction.actions[..] {
            [Action::Call { to, call: Call::Amm(AmmCall::Swap(swap)) }] => match swap.amount_in {
                AmountIn::Exact(amount) => Some((to, swap.direction, amount)),
                _ => None,
            },
            _ => None,
        };
        let ((pool, direction, amount), (.., paid)) = (swap(victim)?, swap(front)?);
        let cell = self.context.others.pool_at(pool).ok()?;
        let pool = cell.id;
        let alone = cell.pool.amm().quote_exact_in(direction, amount, self.context.now).ok()?;
        self.whole_or_nothing(gas, |executor, gas| {
            let [_, got, returned] = executor.run_three([front, victim, back], gas)?;
            let sandwich = Sandwich { pool, direction, victim: victim.agent, paid, returned, got, alone };
            executor.context.tell(EventKind::Sandwiched(Box::new(sandwich)));
            Some(())
        })
    }

    /// Runs what goes through or else leaves nothing, and nobody pays for it.
    fn whole_or_nothing(
        &mut self,
        gas: &mut BlockGas,
        run: impl FnOnce(&mut Self, &mut BlockGas) -> Option<()>,
    ) -> Option<()> {
        let (events, used) = (self.context.log.len(), gas.used);
        self.context.ledger.begin();
        let ran = run(self, gas);
        if ran.is_none() {
            self.roll_back();
            self.context.log.truncate(events);
            gas.used = used;
        }
        self.commit();
        self.context.ledger.commit();
        ran
    }

    /// Runs the three in their order and returns what each paid out; none if one fails.
    fn run_three(&mut self, three: [&Transaction; 3], gas: &mut BlockGas) -> Option<[u128; 3]> {
        let mut paid_out = [0; 3];
        for (place, transaction) in three.into_iter().enumerate() {
            // The back-run sells what the front-run bought; the victim has nothing of it.
            let received = if place == 2 { paid_out[0] } else { 0 };
            paid_out[place] = self.run_within(transaction, received, gas)?;
        }
        Some(paid_out)
    }

    fn run_within(&mut self, transaction: &Transaction, received: u128, gas: &mut BlockGas) -> Option<u128> {
        let first = self.context.log.len();
        let tip = transaction.bid.effective_tip(gas.base_fee).expect("a block takes nobody who pays less");
        let fee = u128::from(transaction.gas).saturating_mul(gas.base_fee.saturating_add(tip));
        self.context.begin(transaction, received, true);
        if !self.charge(transaction, fee) {
            return None;
        }
        let received = self.act_all(transaction).ok()?;
        gas.used += transaction.gas;
        self.tell_something(transaction, first);
        self.context.log.charge(first, transaction.gas, fee, transaction.waited(self.context.block));
        Some(received)
    }
}
