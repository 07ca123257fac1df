"""The kinds of values that two shops can share, and how much sharing one says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """family: kinds of one family are one piece of evidence. base: nats that a value says which only two suspects use."""

    family: str
    base: float


# Bases are judgements, not estimates: what costs money or documents to double says most, what a forwarder, a
# landlord or a network operator hands out says little.
KINDS = {
    "id_token": Kind("identity", 7.0),
    "licence": Kind("identity", 7.0),
    "company_name": Kind("identity", 5.0),
    "payout_account": Kind("payment", 7.0),
    "device": Kind("device", 6.0),
    "ip_prefix": Kind("device", 2.0),
    "phone": Kind("contact", 6.0),
    "handle": Kind("contact", 6.0),
    "registered_address": Kind("address", 3.5),
    "return_address": Kind("address", 5.0),
    "sender_phone": Kind("logistics", 5.0),
    "sender_account": Kind("logistics", 5.0),
    "sender_address": Kind("logistics", 4.5),
    "place": Kind("logistics", 3.5),
    "image": Kind("image", 5.0),
    "text": Kind("text", 4.0),
    "supplier": Kind("supply", 2.0),
}
