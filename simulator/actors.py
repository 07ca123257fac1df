"""Who takes part: shops, the ways they hand parcels over, rackets, and the cast that holds them all.

Everything is an index into a list of the cast, so that later steps can work on arrays. Days are
counted from the first day (0.0 = its midnight, China Standard Time); `OPEN` is an open end.
"""

from dataclasses import dataclass, field

from simulator import names
from simulator.geography import COUNTIES, Place

OPEN = 1e9

CARRIERS = ("yto", "zto", "sto", "yunda", "sf", "jt")
CARRIER_SHARES = (22, 24, 14, 18, 10, 12)
PLATFORMS = ("taobao", "pdd", "xianyu", "1688")
COURIER_PHONE = 0.04  # share of senders whose waybills carry the courier's number
PLACEHOLDER = 0.015  # share of fields that hold what people type to get past them
CHANGES = 0.001  # chance per day that a shop changes one of its values for no reason that matters here


@dataclass(slots=True)
class Mode:
    """One way of handing parcels over: what the waybill says and where the courier scans it."""

    place: int
    name: str
    phone: str
    account: str | None
    carrier: str


@dataclass(slots=True)
class Goods:
    """What a shop offers, and how it writes and prices it."""

    style: str  # honest, fake, substitute, materials, service
    categories: tuple[str, ...]
    brands: tuple[int, ...] = ()
    brand_share: float = 0.0  # of the listings
    price: tuple[float, float] = (1.0, 0.2)  # median relative to the reference, sigma of its logarithm
    evasion: str = "open"
    grade_share: float = 0.0
    text: int = -1  # index of a description template, -1 = words of its own
    text_share: float = 1.0
    pictures: tuple[int, ...] = ()  # base pictures to vary, () = its own
    picture_share: float = 1.0
    listings: int = 4
    to_trade: bool = False  # sells to shops, by the lot
    says: str = ""  # used, cheap: what the titles say about the low price


@dataclass(slots=True)
class Shop:
    """A shop account with everything that can be seen of it over time."""

    platform: str
    kind: str
    group: str
    opened: float
    goods: Goods
    rate: float  # consumers' orders per day, before scaling to the aimed total
    name: str = ""
    closed: float = OPEN
    close_reason: str | None = None
    racket: int = -1
    role: str = ""
    controller: int = -1  # who of the racket runs it
    traits: list = field(default_factory=list)  # [kind, value, day_from, day_to]
    dispatch: list = field(default_factory=list)  # (day_from, ((mode, share), …))
    quiet: list = field(default_factory=list)  # (day_from, day_to) without sales


@dataclass(slots=True)
class Hub:
    """A forwarder or shared warehouse that ships for many unrelated shops."""

    place: int
    phones: tuple[str, ...]
    accounts: tuple[str, ...]
    carrier: str
    share: float  # of the trade that goes through forwarders


@dataclass(slots=True, eq=False)
class Racket:
    """One operation that makes counterfeits. `leak` says how much of each family its shops share.

    Its controllers each run a part of the fronts: the nth value of a pool of machines or contacts is the nth controller's.
    """

    name: str
    category: str
    brands: tuple[int, ...]
    born: float
    ends: float
    fronts: int
    controllers: int
    rate: float
    evasion: str
    grade_share: float
    price: tuple[float, float]
    says: str  # what all its titles say about the low price
    takedown_days: float
    leak: dict = field(default_factory=dict)
    pools: dict = field(default_factory=dict)
    workshop: int = -1
    dispatch_how: str = "own"
    dispatch_place: int = -1
    hub: Hub | None = None
    return_place: int = -1
    return_how: str = "own"
    sites: list = field(default_factory=list)  # (kind, place, day_from, day_to, how)
    quiet: tuple | None = None
    split: tuple | None = None  # (day, child racket, front numbers)
    merge: tuple | None = None  # (day, into racket)
    move: float | None = None
    parent: int = -1
    founder: int | None = None  # the controller of the parent who left, if one did
    members: list = field(default_factory=list)  # [shop, role, day_from, day_to]

    @property
    def shops(self) -> list[int]:
        """All shops that ever were members."""
        return [i for i, *_ in self.members]

    @property
    def sources(self) -> list[int]:
        """Of its shops those that sell to trade."""
        return [i for i, role, *_ in self.members if role != "shop"]


@dataclass(slots=True)
class Purchase:
    """Somebody buys for trade, again and again: stock for a shop or materials for a workshop."""

    buyer: int
    supplier: int
    place: int  # where the parcels are delivered
    day_from: float
    day_to: float
    rate: float  # per day


@dataclass(slots=True)
class Transfer:
    """Parcels that belong to no platform order, sent again and again from one place to another."""

    mode: int
    place: int
    day_from: float
    day_to: float
    rate: float
    what: str  # upstream, materials
    category: str
    racket: int = -1


@dataclass(slots=True)
class Agency:
    """Registers shops for clients and leaves its own contacts in their accounts."""

    phones: tuple[str, ...]
    handles: tuple[str, ...]
    office: int

    def contacts(self, r) -> list[tuple[str, str]]:
        """What the agency writes into one client's account."""
        return [("phone", r.choice(self.phones))] + ([("handle", r.choice(self.handles))] if r.random() < 0.6 else [])


@dataclass
class Cast:
    """Everybody, and the places they use."""

    places: list = field(default_factory=list)
    spelled: dict = field(default_factory=dict)  # place -> its spellings, as far as they were needed
    modes: list = field(default_factory=list)
    couriers: dict = field(default_factory=dict)  # county -> phones of couriers
    shops: list = field(default_factory=list)
    rackets: list = field(default_factory=list)
    hubs: list = field(default_factory=list)
    villages: list = field(default_factory=list)
    agencies: list = field(default_factory=list)
    wholesalers: list = field(default_factory=list)  # honest ones
    material_shops: list = field(default_factory=list)
    purchases: list = field(default_factory=list)
    transfers: list = field(default_factory=list)
    texts: list = field(default_factory=list)
    events: list = field(default_factory=list)  # (racket, event, day, other)
    authorised: dict = field(default_factory=dict)  # brand -> [shop]
    pictures: int = 0  # how many base pictures have been handed out


def add_place(cast: Cast, place: Place) -> int:
    """Registers a place and returns its index."""
    cast.places.append(place)
    return len(cast.places) - 1


def add_mode(cast: Cast, r, place: int, *, name=None, phone=None, account=None, carrier=None) -> int:
    """Registers a way of handing parcels over; what is not given is drawn.

    Sometimes the courier fills in the waybill and leaves a number of his own.
    """
    if phone is None and r.random() < COURIER_PHONE:
        county = cast.places[place].county
        if county not in cast.couriers:
            cast.couriers[county] = [names.draw_phone(r) for _ in range(3)]
        phone = r.choice(cast.couriers[county])
    if phone is None and r.random() < PLACEHOLDER:
        phone = r.choice(names.PLACEHOLDER_PHONES)
    cast.modes.append(
        Mode(
            place,
            name or names.draw_person(r),
            phone or names.draw_phone(r),
            account,
            carrier or r.choices(CARRIERS, CARRIER_SHARES)[0],
        )
    )
    return len(cast.modes) - 1


def draw_hub(cast: Cast, r) -> Hub:
    """A forwarder, by its share of the trade."""
    return r.choices(cast.hubs, [hub.share for hub in cast.hubs])[0]


def hub_mode(cast: Cast, r, hub: Hub, phone: str | None = None, account: str | None = None) -> int:
    """Handing over through a forwarder: its counter, one of its contracts, often its phone."""
    phone = phone or (r.choice(hub.phones) if r.random() < 0.5 else None)
    return add_mode(cast, r, hub.place, phone=phone, account=account or r.choice(hub.accounts), carrier=hub.carrier)


def add_shop(cast: Cast, shop: Shop) -> int:
    """Registers a shop and returns its index."""
    cast.shops.append(shop)
    return len(cast.shops) - 1


def new_pictures(cast: Cast, n: int) -> tuple[int, ...]:
    """Reserves numbers for base pictures that listings will show variations of."""
    cast.pictures += n
    return tuple(range(cast.pictures - n, cast.pictures))


def draw_identity(r, county: int, company: bool) -> list[tuple[str, str]]:
    """Who registers: a firm with a licence, or a person who may have none."""
    c = COUNTIES[county]
    if company:
        who, licence = names.draw_company(r, c.city), names.draw_licence(r, c.code)
    else:
        who, licence = names.draw_person(r), names.draw_licence(r, c.code) if r.random() < 0.35 else None
    traits = [("legal_name", who), ("id_token", names.draw_token(r))]
    return traits + ([("licence", licence)] if licence else [])


def draw_contacts(r) -> list[tuple[str, str]]:
    """One or two phones, none to two handles; sometimes what people type to get past the field."""
    phones = [names.draw_phone(r) for _ in range(1 if r.random() < 0.8 else 2)]
    if r.random() < PLACEHOLDER:
        phones[0] = r.choice(names.PLACEHOLDER_PHONES)
    handles = [names.draw_handle(r) for _ in range(r.choices([0, 1, 2], [4, 5, 1])[0])]
    return [("phone", p) for p in phones] + [("handle", h) for h in handles]


def draw_machines(r) -> list[tuple[str, str]]:
    """The devices and networks a shop is run from."""
    n = r.choices([1, 2, 3], [6, 3, 1])[0]
    return [("device", names.draw_token(r)) for _ in range(n)] + [("ip", names.draw_ip_prefix(r))]


def give(shop: Shop, traits, day: float) -> None:
    """Adds traits to a shop from a day on."""
    shop.traits.extend([kind, value, day, OPEN] for kind, value in traits)


def replace(shop: Shop, kind: str, value, day: float) -> None:
    """From a day on a shop has this one value of a kind and no other."""
    for t in shop.traits:
        if t[0] == kind:
            t[3] = min(t[3], day)
    shop.traits.append([kind, value, day, OPEN])


def hand_over(shop: Shop, ways: tuple, day: float) -> None:
    """From a day on a shop hands over in these ways: ((mode, share), …)."""
    shop.dispatch = [then for then in shop.dispatch if then[0] < day] + [(day, ways)]


def first_place(cast: Cast, shop: Shop) -> int:
    """Where a shop mostly hands over at first."""
    return cast.modes[shop.dispatch[0][1][0][0]].place


def last_mode(cast: Cast, shop: Shop) -> Mode:
    """How a shop mostly hands over in the end."""
    return cast.modes[shop.dispatch[-1][1][0][0]]


def send_from(cast: Cast, r, shop: Shop, old: int, new: int, day: float) -> None:
    """From a day on a shop hands over at a new place what it did at an old one, and the waybill says the same."""
    ways = []
    for mode, share in shop.dispatch[-1][1]:
        m = cast.modes[mode]
        ways.append(
            (
                add_mode(cast, r, new, name=m.name, phone=m.phone, account=m.account, carrier=m.carrier)
                if m.place == old
                else mode,
                share,
            )
        )
    if tuple(ways) != shop.dispatch[-1][1]:
        hand_over(shop, tuple(ways), day)


def change_something(r, shop: Shop, days: int) -> None:
    """Now and then somebody has a new number, machine or bank account, and nothing lies behind it."""
    start, end = max(shop.opened, 0), min(shop.closed, days)
    if r.random() < CHANGES * (end - start):
        kind = r.choice(["phone", "device", "payout"])
        replace(shop, kind, names.draw_phone(r) if kind == "phone" else names.draw_token(r), r.uniform(start, end))
