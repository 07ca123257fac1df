"""Components that stand in a test: what each shop uses, who buys from whom, as jobs/graph/communities.py gets them."""

import numpy as np

from jobs.graph.evidence import BASE, NEVER_ACTIVE, NEVER_OPENED, Component
from jobs.graph.traits import KINDS

KIND = list(KINDS)


class Shops:
    """Shops by letter; `use` gives several shops a value, from a day on, maybe until it was replaced."""

    def __init__(self, names: str, suspicion: float = 2.0):
        self.names = names
        self.suspicion = dict.fromkeys(names, suspicion)
        self.refunds = dict.fromkeys(names, 0.0)
        self.sold: dict[str, tuple[int, int]] = {}
        self.rows = []
        self.buys = []
        self.judged = []
        self.values = 0

    def use(self, users: str, kind: str, days=(0, 100), ended: bool = False, honest: float = 0.0, outside: int = 0):
        """`honest` and `outside` (suspects of other components) use it too. Same letters, same value."""
        self.values += 1
        for name in users:
            self.again(name, kind, days, ended, honest, outside)
        return self.values

    def again(self, users: str, kind: str, days=(0, 100), ended=False, honest=0.0, outside=0, value=None):
        for name in users:
            self.rows.append(
                (self.names.index(name), value or self.values, KIND.index(kind), *days, ended, honest, outside)
            )

    def buy(self, buyer: str, source: str, orders: int = 5):
        """`source`: a letter, or any other text for a shop of another component."""
        self.buys.append((self.names.index(buyer), source, orders))

    def apart(self, a: str, b: str):
        """A person says that the two do not belong together."""
        self.judged.append((self.names.index(a), self.names.index(b)))

    def component(self) -> Component:
        rows = np.array(self.rows, dtype=float).reshape(-1, 8)
        user, value, kind, first, last, ended, honest, outside = rows.T
        kind = kind.astype(int)
        suspects = np.array([np.count_nonzero(value == v) for v in value]) + outside
        others = sorted({source for _, source, _ in self.buys if source not in self.names})
        nodes = {
            **{name: i for i, name in enumerate(self.names)},
            **{o: len(self.names) + i for i, o in enumerate(others)},
        }
        nothing = np.zeros(0, np.int64)
        return Component(
            suspicion=np.array([self.suspicion[name] for name in self.names]),
            refunds=np.array([self.refunds[name] for name in self.names]),
            opened=np.array([self.sold.get(name, (NEVER_OPENED, 0))[0] for name in self.names]),
            active=np.array([self.sold.get(name, (0, NEVER_ACTIVE))[1] for name in self.names]),
            user=user.astype(np.int64), value=value.astype(np.int64), kind=kind,
            weight=BASE[kind] - 0.15 * np.log(np.maximum(suspects - 1, 1)) - 2 * np.log1p(honest),
            suspects=suspects, honest=honest, ended=ended.astype(bool), first=first.astype(np.int64), last=last.astype(np.int64),
            src=nothing, dst=nothing, tie_kind=nothing, tie_weight=np.zeros(0),
            buyer=np.array([b for b, _, _ in self.buys], np.int64),
            source=np.array([nodes[s] for _, s, _ in self.buys], np.int64),
            orders=np.array([o for _, _, o in self.buys], float),
            apart=np.array(self.judged, np.int64).reshape(-1, 2),
        )  # fmt: skip


def groups(names: str, label: np.ndarray) -> list[str]:
    """Communities of two or more, as the letters of their shops."""
    found = (
        "".join(name for name, own in zip(names, label, strict=True) if own == community)
        for community in sorted(set(label))
    )
    return [group for group in found if len(group) > 1]
