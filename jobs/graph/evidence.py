"""What is known of the shops of one component, as numpy arrays indexed by node: the shops in order of id."""

from dataclasses import dataclass

import numpy as np

from jobs.graph.traits import FAMILIES, KINDS, TRADES

# By index in KINDS: index in FAMILIES, nats of a value that nobody else uses, and the bit of its trade in TRADES.
FAMILY = np.array([FAMILIES.index(kind.family) for kind in KINDS.values()])
BASE = np.array([kind.base for kind in KINDS.values()])
TRADE = np.array([1 << TRADES.index(kind.trade) if kind.trade else 0 for kind in KINDS.values()])

# Later than any day, and earlier.
NEVER_OPENED, NEVER_ACTIVE = np.iinfo(np.int64).max, np.iinfo(np.int64).min


@dataclass(frozen=True)
class Component:
    """What is known of n shops.

    suspicion, refunds: log-odds that the shop sells counterfeits, and nats of its refunds for fakes, by node.
    opened, active: days of its first and last sale; NEVER_OPENED, NEVER_ACTIVE of a shop that has sold nothing.
    Uses, one entry each: user (node), value (number), kind (index in KINDS), weight (nats as damped by all users),
    suspects, honest (users in all, in and out of the component), ended, first, last (days as numbers).
    Ties that are no values: src, dst (nodes), tie_kind, tie_weight.
    Purchases of suspect goods: buyer (node), source (node, or n + a number for shops outside), orders.
    apart: rows (a, b) of nodes of which a person said that they do not belong together.
    """

    suspicion: np.ndarray
    refunds: np.ndarray
    opened: np.ndarray
    active: np.ndarray
    user: np.ndarray
    value: np.ndarray
    kind: np.ndarray
    weight: np.ndarray
    suspects: np.ndarray
    honest: np.ndarray
    ended: np.ndarray
    first: np.ndarray
    last: np.ndarray
    src: np.ndarray
    dst: np.ndarray
    tie_kind: np.ndarray
    tie_weight: np.ndarray
    buyer: np.ndarray
    source: np.ndarray
    orders: np.ndarray
    apart: np.ndarray

    @property
    def n(self) -> int:
        return len(self.suspicion)
