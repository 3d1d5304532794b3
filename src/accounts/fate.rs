//! What becomes of agents and of positions.

words! {
    /// What became of an agent.
    pub enum AgentFate {
        /// It never acted.
        Idle = "idle",
        /// It acted and holds no position.
        Active = "active",
        /// It is in the market: its position or its supply is still there.
        Open = "open",
        /// It closed its position or withdrew its supply.
        Closed = "closed",
        /// Its position was killed, or liquidated until no collateral was left.
        Killed = "killed",
        /// It wanted to act and no block ever took a transaction of it: gas was too dear for it, or it waited too long.
        GaveUp = "gave_up",
    }
}

words! {
    /// What became of a position.
    pub enum PositionFate {
        /// It is still there.
        Open = "open",
        /// Its owner closed it.
        Closed = "closed",
        /// It was killed.
        Killed = "killed",
    }
}
