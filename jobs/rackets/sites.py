"""rackets.sites: where a racket makes, packs, sends from and takes returns, as known on a Sunday.

Grain: ds, racket_id, kind, rank. Reads of the same Sunday: rackets.members; evidence.supplies (materials that members
bought, stock that comes without an order); evidence.places (where their parcels start); evidence.address_places (where
an address lies); links.trait_states, core.seller_states (whose address is whose: jobs/graph/addresses.py);
evidence.seller_signals (who else is honest). How it is weighed: jobs/graph/sites.py.
Rank 1 is there for every kind; when the evidence does not hold a place it has none (`abstained`), and a county if that
much is known. Places that many outsiders use (forwarders, depots, villages) count little.
"""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.addresses import address_users, counting
from jobs.graph.near import BLOCK_DEGREES, SQUARE_DEGREES, around, blocked, error_m, metres, within_m
from jobs.graph.sites import site_batches
from jobs.graph.suspects import SUPPLIES
from jobs.table import Read, Table

# Scans of one pick-up are within some hundred metres; what is spread wider is several senders.
ONE_PLACE_M = 300.0
# So many scans of one stream say where it starts, whatever address is written on it.
OWN_SCANS = 3
# A workshop may well send goods to customers of its own: a stranger's address that it supplies counts in part.
PER_CUSTOMER = 0.4
# An address that more outsiders than this use is a forwarder's or a carrier's: what comes from there was made anywhere.
MANY_OUTSIDERS = 30
# A shop's scans from so many on settle half of where it sends from: one vote a shop, whatever it sells.
HALF_VOTE = 5.0
# Of one racket the best traces of each sign, rackets in so many lots a Sunday.
MAX_TRACES, BUCKETS = 200, 32

TABLE = Table(
    reads={
        "members": Read("rackets.members"),
        "supplies": Read("evidence.supplies"),
        "places": Read("evidence.places"),
        "addresses": Read("evidence.address_places"),
        "traits": Read("links.trait_states"),
        "states": Read("core.seller_states"),
        "signals": Read("evidence.seller_signals"),
    },
    every="sunday",
    key=("racket_id", "kind", "rank"),
    columns="""
        racket_id    string not null comment 'racket'
        kind         string not null comment 'made_at, packed_at, shipped_from, returned_to'
        rank         int not null comment '1 = most likely'
        lng          double comment 'degrees, WGS-84'
        lat          double comment 'degrees, WGS-84'
        radius_m     double comment '90 % of the error of the position lies within, if it is this place'
        region_code  string comment '6-digit county code'
        h3           string comment 'H3 cell of resolution 9 (about 0.1 km²) in which it lies'
        probability  double not null comment '0 to 1'
        abstained    boolean not null comment 'the evidence does not support a place'
        because      string not null comment 'short text'
    """,
)

TRACE = "ds date, racket_id string, sign string, label string, lng double, lat double, sigma_m double, scans bigint, parcels double, recent double, insiders double, outsiders double, region_code string"
SITE = "ds date, racket_id string, kind string, rank int, lng double, lat double, radius_m double, region_code string, h3 string, probability double, abstained boolean, because string"
PLACE = ("lng", "lat", "sigma_m", "scans", "region_code")


def transform(
    members: DataFrame,
    supplies: DataFrame,
    places: DataFrame,
    addresses: DataFrame,
    traits: DataFrame,
    states: DataFrame,
    signals: DataFrame,
) -> DataFrame:
    return (
        traces(members, supplies, places, addresses, traits, states, signals)
        .groupBy("ds", F.pmod(F.xxhash64("racket_id"), F.lit(BUCKETS)).alias("bucket"))
        .applyInArrow(site_batches, SITE)
    )


def traces(
    members: DataFrame,
    supplies: DataFrame,
    places: DataFrame,
    addresses: DataFrame,
    traits: DataFrame,
    states: DataFrame,
    signals: DataFrame,
) -> DataFrame:
    """The columns of TRACE: what points to a place of a racket, and one row of sign `member` for every racket."""
    of_member = members.select("ds", "racket_id", "seller_id")
    shops = counting(of_member, signals)
    users = address_users(shops, traits, states)
    by_address = _together(goods(of_member, supplies, users), returns(of_member, traits))
    found = [
        origins(shops, places, addresses),
        at_addresses(by_address, addresses, users),
        of_member.select("ds", "racket_id", F.lit("member").alias("sign")).distinct(),
    ]
    columns = [column.strip().split(" ") for column in TRACE.split(",")]
    typed = reduce(_together, found).select(*[F.col(name).cast(kind) for name, kind in columns])
    of_sign = Window.partitionBy("ds", "racket_id", "sign")
    best = of_sign.orderBy(F.desc("recent"), *[F.col(name) for name, _ in columns])
    return (
        typed.fillna(0, ["scans", "parcels", "recent", "insiders", "outsiders"])
        .withColumn("n", F.row_number().over(best))
        .where(F.col("n") <= MAX_TRACES)
        .drop("n")
    )


def _together(rows: DataFrame, more: DataFrame) -> DataFrame:
    return rows.unionByName(more, allowMissingColumns=True)


# --- traces: ds, racket_id, sign, address_key or label, how much ----------------------------------


def goods(members: DataFrame, supplies: DataFrame, users: DataFrame) -> DataFrame:
    """What came to a racket, by sign and address.

    materials, packaging: where members had it sent, and where it went without an order from who mostly sends such.
    stock_to: where other goods went without an order; forwarded_to: the same from a forwarder. stock_from: where stock
    came from; `customers`: addresses that are not the racket's and get parcels from there, too. Stock for an address that
    the racket shares with others (a forwarder's) is its own when it left where its materials go.
    """
    buyers = members.select("ds", F.col("seller_id").alias("buyer_seller_id"), F.col("racket_id").alias("buyer"))
    owners = users.select(
        "ds", F.col("address_key").alias("recipient_address_key"), "owner", F.col("of_racket").alias("users_there")
    )
    senders = users.select("ds", F.col("address_key").alias("sender_address_key"), "users", "of_racket")
    is_known = F.col("sender_address_key") != ""
    # What came from nobody knows whom has no sender in common.
    sender: list[Column | str] = ["ds", "sender_address_key", F.when(~is_known, F.col("recipient_address_key"))]
    of_sender, of_owner = Window.partitionBy(*sender), Window.partitionBy(*sender, "owner")
    is_stock = ~F.col("has_order") & is_known
    customers = F.count_if(is_stock).over(of_sender) - F.count_if(is_stock).over(of_owner)
    is_owned = ~F.col("has_order") & F.col("owner").isNotNull()
    # Who sends from where it sells to shops: not stock of its own.
    is_elsewhere = F.col("sender_address_key") != F.col("recipient_address_key")
    is_made = is_owned & F.col("sells").isNull() & is_elsewhere & ~F.col("is_forwarded")
    of_buyer = F.col("buyer").isNotNull() & F.col("category").isin(*SUPPLIES)
    came_to = F.coalesce("sells", F.when(F.col("is_forwarded"), "forwarded_to"), F.lit("stock_to"))
    signs = [
        F.when(of_buyer, _sign(F.col("buyer"), F.col("category"), "recipient_address_key")),
        F.when(is_owned, _sign(F.col("owner"), came_to, "recipient_address_key")),
        F.when(is_made, _sign(F.col("owner"), F.lit("stock_from"), "sender_address_key")),
    ]
    is_stock_elsewhere = is_stock & F.col("sells").isNull() & is_elsewhere
    all_signs = F.concat(F.array_compact(F.array(*signs)), _of_supplied(is_stock_elsewhere))
    is_source = F.col("sign") == "stock_from"
    return (
        supplies.join(buyers, ["ds", "buyer_seller_id"], how="left")
        .join(owners, ["ds", "recipient_address_key"], how="left")
        .join(senders, ["ds", "sender_address_key"], how="left")
        .join(supplied(supplies, buyers), ["ds", "sender_address_key"], how="left")
        .withColumn("customers", customers)
        .withColumn("is_forwarded", outsiders("owner") > MANY_OUTSIDERS)
        .withColumn("at", F.struct("scans", "lng", "lat", "sigma_m"))
        .select("ds", "has_order", "parcels", "recent", "customers", "at", F.inline(all_signs))
        .groupBy("ds", "racket_id", "sign", "address_key", "has_order")
        .agg(
            F.sum("parcels").alias("parcels"),
            F.sum("recent").alias("recent"),
            F.max(F.when(is_source, F.col("customers"))).alias("customers"),
            # Of a sender whose address is not known: the middle of its largest stream.
            F.max(F.when(is_source, F.col("at"))).alias("at"),
        )
        .select(
            "ds", "racket_id", "sign", "address_key", "parcels", "recent", "customers",
            *[F.col(f"at.{name}").alias(f"own_{name}") for name in ("scans", "lng", "lat", "sigma_m")],
        )
    )  # fmt: skip


def supplied(supplies: DataFrame, buyers: DataFrame) -> DataFrame:
    """ds, sender_address_key, supplied: the rackets whose members had materials sent to an address. buyers: ds, buyer_seller_id, buyer."""
    return (
        supplies.where("category = 'materials'")
        .join(buyers, ["ds", "buyer_seller_id"], how="inner")
        .groupBy("ds", F.col("recipient_address_key").alias("sender_address_key"))
        .agg(F.collect_set("buyer").alias("supplied"))
    )


def _of_supplied(is_stock: Column) -> Column:
    """stock_from of the rackets that are supplied where a parcel left and use the address where it came, but for its owner."""

    def is_made(racket: Column) -> Column:
        return is_stock & F.map_contains_key("users_there", racket) & ~racket.eqNullSafe(F.col("owner"))

    makers = F.filter(F.coalesce("supplied", F.array().cast("array<string>")), is_made)
    return F.transform(makers, lambda racket: _sign(racket, F.lit("stock_from"), "sender_address_key"))


def _sign(racket: Column, sign: Column, address: str) -> Column:
    return F.struct(racket.alias("racket_id"), sign.alias("sign"), F.col(address).alias("address_key"))


def returns(members: DataFrame, traits: DataFrame) -> DataFrame:
    """Return addresses that members state now, by how many of them do."""
    stated = traits.where("kind = 'return_address'").join(members, ["ds", "seller_id"], how="inner")
    newest = F.max("last_seen").over(Window.partitionBy("ds", "seller_id"))
    return (
        stated.withColumn("newest", newest)
        .where("last_seen = newest")
        .groupBy("ds", "racket_id", F.lit("return").alias("sign"), F.col("value").alias("address_key"))
        .agg(F.count("*").alias("parcels"), F.count("*").alias("recent"))
    )


def insiders(racket: str) -> Column:
    """How many shops of a racket use an address. Columns: of_racket, as of `address_users`."""
    return F.coalesce(F.try_element_at("of_racket", F.col(racket)), F.lit(0))


def outsiders(racket: str) -> Column:
    """How many others use an address, customers among them. Columns: users, of_racket, customers."""
    return F.coalesce("users", F.lit(0)) - insiders(racket) + PER_CUSTOMER * F.coalesce("customers", F.lit(0))


def at_addresses(rows: DataFrame, addresses: DataFrame, users: DataFrame) -> DataFrame:
    """Traces by address with its position, county and users; a sender that is not known lies where it was scanned.

    insiders, outsiders: shops that use the address, the racket's and others, customers among them.
    """
    known = addresses.select("ds", "address_key", *PLACE)
    is_scanned = F.col("lng").isNotNull()
    # Parcels of unknown senders may come from anywhere: they point to a place only when they start at one. Those that
    # start at one are not always from the address that is written on them.
    is_one = F.col("own_sigma_m") <= ONE_PLACE_M
    is_own = is_one & ((F.col("own_scans") >= OWN_SCANS) | ~is_scanned)
    return (
        rows.join(users.drop("owner"), ["ds", "address_key"], how="left")
        .join(known, ["ds", "address_key"], how="left")
        .withColumns(
            {
                **{
                    name: F.when(is_own, F.col(f"own_{name}")).otherwise(F.col(name))
                    for name in ("lng", "lat", "sigma_m", "scans")
                },
                "label": F.col("address_key"),
                "insiders": insiders("racket_id"),
                "outsiders": outsiders("racket_id"),
            }
        )
    )


def origins(shops: DataFrame, places: DataFrame, addresses: DataFrame) -> DataFrame:
    """Where members' parcels start: one vote a shop, with who else is scanned around and the county there.

    outsiders: shops of other rackets or none with a place so near that it may be the same. region_code: the county of most
    parcels that were sent from addresses in the cells around.
    """
    of_shop = F.sum(F.col("recent").cast("decimal(18,6)")).over(Window.partitionBy("ds", "seller_id")).cast("double")
    sure = 1 - F.pow(F.lit(2.0), -F.col("scans") / HALF_VOTE)
    scanned = places.join(shops, ["ds", "seller_id"], how="left")
    spots = (
        scanned.withColumn("share", F.col("recent") / of_shop)
        .where("racket_id IS NOT NULL")
        .select(
            "ds", "racket_id", F.col("seller_id").alias("label"), "rank", "lng", "lat", "sigma_m", "scans",
            F.col("scans").alias("parcels"), F.round(F.col("share") * sure, 6).alias("recent"),
        )
    )  # fmt: skip
    nearby = _together(squares(scanned), sent_from(addresses)).alias("b")
    left = around(blocked(spots, BLOCK_DEGREES), BLOCK_DEGREES).alias("a")
    apart = metres(F.col("a.lng"), F.col("a.lat"), F.col("b.square_lng"), F.col("b.square_lat"))
    is_other = F.col("whose").isNull() | (F.col("whose") != F.col("racket_id"))
    reach = within_m(error_m(F.col("a.sigma_m"), F.col("a.scans")) * F.lit(2.0**0.5))
    strangers = F.when(is_other & (apart <= reach), F.col("shops"))
    return (
        left.join(nearby, ["ds", "x", "y"], how="left")
        .groupBy(*spots.columns, "region_code")
        .agg(F.sum(strangers).alias("outsiders"), F.sum("sent").alias("sent"))
        .groupBy(*spots.columns)
        .agg(
            F.sum("outsiders").cast("double").alias("outsiders"),
            F.max(F.when(F.col("region_code").isNotNull(), F.struct("sent", "region_code"))).alias("most"),
        )
        .select(*spots.columns, "outsiders", "most.region_code", F.lit("origin").alias("sign"))
    )


def squares(scanned: DataFrame) -> DataFrame:
    """ds, x, y, whose, shops, square_lng, square_lat: how many shops of whom are scanned in each small square."""
    middle = {f"square_{name}": (F.col(axis) + 0.5) * SQUARE_DEGREES for name, axis in (("lng", "x"), ("lat", "y"))}
    counted = (
        blocked(scanned, SQUARE_DEGREES)
        .groupBy("ds", "x", "y", F.col("racket_id").alias("whose"))
        .agg(F.sum(F.coalesce("counts", F.lit(1))).alias("shops"))
        .withColumns(middle)
    )
    at_middle = counted.withColumns({"lng": F.col("square_lng"), "lat": F.col("square_lat")})
    return blocked(at_middle, BLOCK_DEGREES).drop("lng", "lat")


def sent_from(addresses: DataFrame) -> DataFrame:
    """ds, x, y, region_code, sent: parcels that were sent from addresses of a county in each cell."""
    return (
        blocked(addresses.where("lng IS NOT NULL AND region_code IS NOT NULL"), BLOCK_DEGREES)
        .groupBy("ds", "x", "y", "region_code")
        .agg(F.sum("scans").alias("sent"))
    )
