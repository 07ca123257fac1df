"""The kinds of values that two shops can share, and how much sharing one says: every weight of the links layer.

Weights are nats of log-likelihood ratio, "one operation" against "chance". They are judgements with a reason, not
estimates: what costs money or documents to double says most, what a forwarder, a landlord or a network operator hands
out says little. What a value says falls with how many use it, and by far hardest with how many of them are honest:
a value of forty suspects and no honest shop is one big operation, of ten suspects and five honest shops a hub.
"""

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column
from pyspark.sql import functions as F


@dataclass(frozen=True)
class Kind:
    """family: kinds of one family are one piece of evidence. base: nats of a value that only two suspects use.

    hub:    what it usually is that many shops share a value of this kind.
    listed: the shop states its values of this kind anew each time, so one that is missing is no longer used.
    trade:  how a mere customer of an operation comes to share it: `content` is copied from the supplier's listings,
            `dispatch` from its parcels when it sends to the customer's buyers; empty where only partners share it.
    """

    family: str
    base: float
    hub: str
    listed: bool = False
    trade: Literal["", "content", "dispatch", "supply"] = ""


KINDS = {
    "id_token": Kind("identity", 7.0, "agency", listed=True),
    "licence": Kind("identity", 7.0, "company", listed=True),
    "company_name": Kind("identity", 5.0, "company", listed=True),
    "payout_account": Kind("payment", 7.0, "payment_agent", listed=True),
    "device": Kind("device", 6.0, "shared_device"),
    "ip_prefix": Kind("device", 2.0, "nat"),
    "phone": Kind("contact", 6.0, "agency", listed=True),
    "handle": Kind("contact", 6.0, "agency", listed=True),
    # Written into a listing, or registered: a customer who copies the supplier's text copies its contact.
    "text_contact": Kind("contact", 4.5, "agency", trade="content"),
    "registered_address": Kind("address", 3.5, "office_address", listed=True),
    "return_address": Kind("address", 5.0, "forwarder", listed=True),
    "sender_phone": Kind("logistics", 5.0, "courier"),
    "sender_account": Kind("logistics", 5.0, "forwarder"),
    "sender_address": Kind("logistics", 4.5, "forwarder", trade="dispatch"),
    "place": Kind("logistics", 4.5, "village", trade="dispatch"),
    "image": Kind("image", 5.0, "stock_picture", trade="content"),
    # The same picture, cropped, resized or mirrored: what a seller does to it so that it is not the same.
    "picture": Kind("image", 5.0, "stock_picture", trade="content"),
    # What a QR code in a picture says: where the seller wants to be met.
    "qr": Kind("contact", 4.5, "agency", trade="content"),
    "text": Kind("text", 4.5, "template", trade="content"),
    # Titles are short and follow what buyers search for.
    "text_template": Kind("text", 2.5, "template", trade="content"),
    "supplier": Kind("supply", 2.0, "supplier", trade="supply"),
}
TRADES = ("content", "dispatch", "supply")
FAMILIES = tuple(sorted({kind.family for kind in KINDS.values()}))

# Nats lost per e-fold of suspect and of honest users beyond the first pair.
SUSPECT_DAMPING, HONEST_DAMPING = 0.15, 2.0
# A value that says less ties nobody; it is listed as a hub.
MIN_WEIGHT = 1.0
# A shop with more values of one kind than this is a switchboard: its values of that kind are not its own. As many more
# for each of these periods, in days, that it is known: every shop wears out some telephones and networks.
MAX_VALUES, VALUES_PERIOD = 40, 56
# Families of which a shop may well have more values of its own: it has as many as listings.
OF_LISTINGS = ("image", "text")
# Each user of a value is tied to so many users after it, in order of id: up to 61 users everybody to everybody,
# beyond that a band. Components are those of all pairs, at a cost of 60 ties per user.
BAND = 60
# Two shops with one family in common may have a landlord in common; the second family is what counts.
ONE_FAMILY = 0.7
# Ties that were replaced by newer values of their kind: a former partner, not a present one.
ENDED = 0.25
# Nats from which a pair counts as tied: one strong family alone, or two weaker ones.
PAIR_WEIGHT = 3.0

# Two centres of first scans are one place within NEAR_SIGMAS standard errors of their distance, in metres between
# the limits: below, a workshop and its neighbour are not told apart, above, a village is one place.
NEAR_SIGMAS, NEAR_MIN_M, NEAR_MAX_M = 2.6, 110.0, 420.0


def damped(base: Column, suspects: Column, doubts: Column) -> Column:
    """Nats of a shared value by how many suspects and how many honest shops use it, suspects in doubt counted in part."""
    return (
        base
        - SUSPECT_DAMPING * F.log(F.greatest(suspects - 1, F.lit(1)))
        - HONEST_DAMPING * F.log1p(F.greatest(doubts, F.lit(0)))
    )


def most_values(day: Column, since: Column) -> Column:
    """How many values of one kind a shop that is known since a day may have on a day, and be no switchboard."""
    return MAX_VALUES * F.ceil((F.datediff(day, since) + 1) / VALUES_PERIOD)


def of_kind(kind: Column, attribute: str) -> Column:
    """A kind's family, base, hub or listed, as a column."""
    pairs = [F.lit(item) for name, known in KINDS.items() for item in (name, getattr(known, attribute))]
    return F.element_at(F.create_map(*pairs), kind)
