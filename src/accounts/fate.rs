//! What becomes of agents and of positions.

words! {
    /// What became of an agent.
    pub enum AgentFate {
        /// It holds no position and never sent a transaction that a block took.
        Idle = "idle",
        /// It sent transactions and holds no position.
        Active = "active",
        /// It is in the market: its position or its supply is still there.
        Open = "open",
        /// It closed its position or withdrew its supply.
        Closed = "closed",
        /// Its position was liquidated until no collateral was left.
        Liquidated = "liquidated",
        /// It wanted to act and no block ever took a transaction of it: gas was too dear for it, or it waited too long.
        PricedOut = "priced_out",
    }
}

words! {
    /// How a position's lowest health factor was found.
    pub enum LowestKind {
        /// The lowest after any block of the run.
        Exact = "exact",
        /// It was looked at when something happened to the position, and at the end: between, it may have been lower.
        Sampled = "sampled",
    }
}

words! {
    /// What became of a position.
    pub enum PositionFate {
        /// It was open after the last block.
        Open = "open",
        /// Its owner closed it: paid back all that it owed, or took everything out.
        Closed = "closed",
        /// It was liquidated until no collateral was left, or no debt.
        Liquidated = "liquidated",
    }
}
