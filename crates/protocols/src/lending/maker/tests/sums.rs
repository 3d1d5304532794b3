//! The system's sums: whatever happens, they hold.

use super::*;

fn total(mut parts: impl Iterator<Item = Rad>) -> Rad {
    parts.try_fold(Rad::ZERO, Rad::checked_add).expect("the sum fits")
}

/// Refuses a system whose parts do not sum to its totals.
pub(super) fn assert_sums(maker: &Maker) {
    let (vat, vow, pot) = (&maker.state.vat, &maker.state.vow, &maker.state.pot);
    let accounts = maker.internal_dai_by_account().map(|(_, internal_dai)| internal_dai.dai);
    assert_eq!(total(accounts.chain([vow.dai, pot.dai, vat.joined_dai])), vat.debt, "all dai is issued");
    assert_eq!(total([vow.sin, vat.genesis_sin].into_iter()), vat.vice, "all sin is unbacked");
    let owed = maker.ilks.iter().map(|ilk| Rad::product(ilk.state.total_art, ilk.state.rate));
    assert_eq!(total(owed.chain([vat.vice])), vat.debt, "all dai is owed by urns, or unbacked");
    assert_eq!(total(maker.queue.values().copied()), vow.queued_sin);
    assert!(vow.queued_sin <= vow.sin);
    let pies: u128 = maker.internal_dai_by_account().map(|(_, internal_dai)| internal_dai.pie).sum();
    assert_eq!((pies, pot.dai), (pot.total_pie, Rad::product(pies, pot.chi)), "savings are there");
    assert_eq!(vat.joined_dai, Rad::from_wad(maker.dai_outside().unwrap()), "all dai outside is whole tokens");
    for ilk in maker.ilks() {
        assert_ilk_sums(maker, ilk);
    }
    let dirt = total(maker.ilks().map(|ilk| maker.clipper_state(ilk).unwrap().dirt));
    assert_eq!(dirt, maker.state.dog.dirt);
}

fn assert_ilk_sums(maker: &Maker, ilk: IlkId) {
    let state = maker.ilk_state(ilk).unwrap();
    let arts: u128 = maker.positions(ilk).unwrap().map(|(_, position)| position.art).sum();
    assert_eq!(arts, state.total_art);
    let held: u128 = maker.positions(ilk).unwrap().map(|(_, position)| position.ink + position.gem).sum();
    let sold: u128 = maker.sales(ilk).unwrap().map(|(_, sale)| sale.lot).sum();
    let bid_for: u128 = maker.bids(ilk).unwrap().map(|(_, bid)| bid.lot).sum();
    assert_eq!(held + sold + bid_for, state.joined_gem, "all collateral has joined");
    let sought = total(maker.sales(ilk).unwrap().map(|(_, sale)| sale.tab));
    assert_eq!(sought, maker.clipper_state(ilk).unwrap().dirt, "auctions seek what the dog thinks");
    if let CatRelease::V1_1 { .. } = maker.flipper_params(ilk).unwrap().cat {
        let sought = total(maker.bids(ilk).unwrap().map(|(_, bid)| bid.tab));
        assert_eq!(sought, maker.state.cat.litter, "auctions seek what the cat thinks");
    }
}
