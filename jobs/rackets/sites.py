"""rackets.sites: where a racket makes, packs, sends from and takes returns, as known on a Sunday.

Grain: ds, racket_id, kind, rank. Reads of the same Sunday: rackets.members; evidence.supplies (materials that members
bought, stock that comes without an order); evidence.places (where their parcels start); evidence.address_places (where
an address lies); links.trait_states (whose address is whose); evidence.seller_signals (who else is honest). How it is weighed: jobs/graph/sites.py.
Rank 1 is there for every kind; when the evidence does not hold a place it has none (`abstained`), and a county if that
much is known. Places that many outsiders use (forwarders, depots, villages) count little.
"""

from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.near import BLOCK_DEGREES, SQUARE_DEGREES, around, blocked, metres
from jobs.graph.sites import site_batches
from jobs.graph.suspects import judged
from jobs.table import Read, Table

# Share of an address's users that the racket has to be for the address to be its own.
OWN_ADDRESS = 0.5
# Who sends at least this share of its orders between shops as materials or packaging supplies makers.
SUPPLIER = 0.5
# Shops scanned within this distance of a place are its crowd, metres: couriers scan within a few hundred of the door.
CROWD_M = 400.0
# Scans of one pick-up are within some hundred metres; what is spread wider is several senders.
ONE_PLACE_M = 300.0
# A workshop may well send goods to customers of its own: a stranger's address that it supplies counts in part.
PER_CUSTOMER = 0.4
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
        "sellers": Read("evidence.seller_signals"),
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
    sellers: DataFrame,
) -> DataFrame:
    return (
        traces(members, supplies, places, addresses, traits, sellers)
        .groupBy("ds", F.pmod(F.xxhash64("racket_id"), F.lit(BUCKETS)).alias("bucket"))
        .applyInArrow(site_batches, SITE)
    )


def traces(
    members: DataFrame,
    supplies: DataFrame,
    places: DataFrame,
    addresses: DataFrame,
    traits: DataFrame,
    sellers: DataFrame,
) -> DataFrame:
    """The columns of TRACE: what points to a place of a racket, and one row of sign `member` for every racket."""
    of_member = members.select("ds", "racket_id", "seller_id")
    crowded = counting(of_member, sellers)
    users = address_users(crowded, traits)
    own = own_addresses(users)
    stock = unordered(supplies, own)
    by_address = [
        ordered(of_member, supplies),
        delivered(stock),
        stock_sources(stock, supplies, own),
        returns(of_member, traits),
    ]
    found = [
        origins(of_member, crowded, places, addresses),
        at_addresses(reduce(_together, by_address), addresses, users),
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


# --- whose address is whose ---------------------------------------------------------------------


def counting(members: DataFrame, sellers: DataFrame) -> DataFrame:
    """ds, seller_id, racket_id (null: of none), counts: what a shop counts for among the users of a place or an address.

    A member counts one, a shop of no racket as far as it is honest: a suspect may be a member that is not known yet, or a
    customer whose parcels the racket sends.
    """
    return (
        judged(sellers)
        .join(members, ["ds", "seller_id"], how="full")
        .select("ds", "seller_id", "racket_id", F.when(F.col("racket_id").isNotNull(), 1.0).otherwise(F.col("honesty")).cast("decimal(18,6)").alias("counts"))
    )  # fmt: skip


def address_users(crowded: DataFrame, traits: DataFrame) -> DataFrame:
    """ds, address_key, racket_id (null: of none), users: how many shops of it use an address, as `counting` counts."""
    return (
        traits.where("kind IN ('return_address', 'registered_address', 'sender_address')")
        .select("ds", "seller_id", F.col("value").alias("address_key"))
        .distinct()
        .join(crowded, ["ds", "seller_id"], how="left")
        .groupBy("ds", "address_key", "racket_id")
        .agg(F.sum(F.coalesce("counts", F.lit(1))).alias("users"))
    )


def own_addresses(users: DataFrame) -> DataFrame:
    """ds, address_key, racket_id: addresses of which a racket is half of the users; of two halves the smaller id."""
    everybody = F.sum("users").over(Window.partitionBy("ds", "address_key"))
    return (
        users.withColumn("everybody", everybody)
        .where(F.col("racket_id").isNotNull() & (F.col("users") >= OWN_ADDRESS * F.col("everybody")))
        .groupBy("ds", "address_key")
        .agg(F.min("racket_id").alias("racket_id"))
    )


def with_outsiders(rows: DataFrame, users: DataFrame) -> DataFrame:
    """Adds `insiders` and `outsiders` to rows of ds, racket_id, address_key: shops that use the address, the racket's and
    others.
    """
    everybody = users.groupBy("ds", "address_key").agg(F.sum("users").alias("everybody"))
    own = users.where("racket_id IS NOT NULL")
    return (
        rows.join(everybody, ["ds", "address_key"], how="left")
        .join(own, ["ds", "address_key", "racket_id"], how="left")
        .withColumn("insiders", F.coalesce("users", F.lit(0)))
        .withColumn("outsiders", F.coalesce("everybody", F.lit(0)) - F.col("insiders"))
        .drop("everybody", "users")
    )


# --- traces: ds, racket_id, sign, address_key or label, how much ----------------------------------


def suppliers(supplies: DataFrame) -> DataFrame:
    """ds, sender_address_key, sells: senders that sell shops mostly `materials` or `packaging`."""
    kinds = {
        name: F.sum(F.when(F.col("category") == name, F.col("parcels")).otherwise(0))
        for name in ("materials", "packaging")
    }
    return (
        supplies.where("has_order AND category <> '' AND sender_address_key <> ''")
        .groupBy("ds", "sender_address_key")
        .agg(*[total.alias(name) for name, total in kinds.items()], F.sum("parcels").alias("all"))
        .where(F.col("materials") + F.col("packaging") >= SUPPLIER * F.col("all"))
        .select("ds", "sender_address_key", F.when(F.col("materials") >= F.col("packaging"), "materials").otherwise("packaging").alias("sells"))
    )  # fmt: skip


def ordered(members: DataFrame, supplies: DataFrame) -> DataFrame:
    """Materials and packaging that members ordered, by the address they went to."""
    return (
        supplies.where("category IN ('materials', 'packaging')")
        .join(members.withColumnRenamed("seller_id", "buyer_seller_id"), ["ds", "buyer_seller_id"], how="inner")
        .groupBy(
            "ds", "racket_id", F.col("category").alias("sign"), F.col("recipient_address_key").alias("address_key")
        )
        .agg(F.sum("parcels").alias("parcels"), F.sum("recent").alias("recent"))
    )


def unordered(supplies: DataFrame, own: DataFrame) -> DataFrame:
    """Parcels without an order to a racket's own addresses; `sells` is set when the sender sells materials."""
    return (
        supplies.where("NOT has_order")
        .join(own.withColumnRenamed("address_key", "recipient_address_key"), ["ds", "recipient_address_key"], how="inner")
        .join(suppliers(supplies), ["ds", "sender_address_key"], how="left")
    )  # fmt: skip


def delivered(parcels: DataFrame) -> DataFrame:
    """Where parcels without an order went: materials from who sells them, else stock."""
    return parcels.groupBy(
        "ds", "racket_id", F.coalesce("sells", F.lit("stock_to")).alias("sign"), F.col("recipient_address_key").alias("address_key")
    ).agg(F.sum("parcels").alias("parcels"), F.sum("recent").alias("recent"))  # fmt: skip


def stock_sources(parcels: DataFrame, supplies: DataFrame, own: DataFrame) -> DataFrame:
    """Where stock came from. `customers`: addresses that are not the racket's and get parcels from there, too."""
    owners = own.select("ds", F.col("address_key").alias("recipient_address_key"), F.col("racket_id").alias("owner"))
    supplied = (
        supplies.where("NOT has_order AND sender_address_key <> ''")
        .join(owners, ["ds", "recipient_address_key"], how="left")
        .groupBy("ds", "sender_address_key", "owner")
        .agg(F.count_distinct("recipient_address_key").alias("n"))
    )
    everybody = supplied.groupBy("ds", "sender_address_key").agg(F.sum("n").alias("all"))
    of_owner = supplied.where("owner IS NOT NULL").withColumnRenamed("owner", "racket_id")
    return (
        # Who sends from where it sells to shops: not stock of its own.
        parcels.where("sells IS NULL AND sender_address_key <> recipient_address_key")
        .groupBy("ds", "racket_id", "sender_address_key")
        .agg(
            F.sum("parcels").alias("parcels"), F.sum("recent").alias("recent"),
            # Of a sender whose address is not known: the middle of its largest stream.
            F.max(F.struct("scans", "lng", "lat", "sigma_m")).alias("at"),
        )
        .join(everybody, ["ds", "sender_address_key"], how="left")
        .join(of_owner, ["ds", "sender_address_key", "racket_id"], how="left")
        .select(
            "ds", "racket_id", F.lit("stock_from").alias("sign"), F.col("sender_address_key").alias("address_key"),
            "parcels", "recent", F.col("at.scans").alias("own_scans"), F.col("at.lng").alias("own_lng"), F.col("at.lat").alias("own_lat"),
            F.col("at.sigma_m").alias("own_sigma_m"),
            (F.coalesce("all", F.lit(0)) - F.coalesce("n", F.lit(0))).alias("customers"),
        )
    )  # fmt: skip


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


def at_addresses(rows: DataFrame, addresses: DataFrame, users: DataFrame) -> DataFrame:
    """Traces by address with its position, county and outsiders; a sender that is not known lies where it was scanned."""
    known = addresses.select("ds", "address_key", *PLACE)
    shared = F.col("outsiders") + PER_CUSTOMER * F.coalesce("customers", F.lit(0))
    is_scanned = F.col("lng").isNotNull()
    # Parcels of unknown senders may come from anywhere: they point to a place only when they start at one.
    is_one = F.col("own_sigma_m") <= ONE_PLACE_M
    return (
        with_outsiders(rows, users)
        .join(known, ["ds", "address_key"], how="left")
        .withColumns(
            {
                "lng": F.coalesce("lng", F.when(is_one, F.col("own_lng"))),
                "lat": F.coalesce("lat", F.when(is_one, F.col("own_lat"))),
                "sigma_m": F.coalesce("sigma_m", F.when(is_one, F.col("own_sigma_m"))),
                "scans": F.when(is_scanned, F.col("scans")).otherwise(F.col("own_scans")),
                "label": F.col("address_key"),
                "outsiders": shared,
            }
        )
    )


def origins(members: DataFrame, crowded: DataFrame, places: DataFrame, addresses: DataFrame) -> DataFrame:
    """Where members' parcels start: one vote a shop, with who else is scanned around and the county there."""
    of_shop = F.sum(F.col("recent").cast("decimal(18,6)")).over(Window.partitionBy("ds", "seller_id")).cast("double")
    sure = 1 - F.pow(F.lit(2.0), -F.col("scans") / HALF_VOTE)
    spots = (
        places.withColumn("share", F.col("recent") / of_shop)
        .join(members, ["ds", "seller_id"], how="inner")
        .select(
            "ds", "racket_id", "seller_id", "lng", "lat", "sigma_m", "scans", F.col("scans").alias("parcels"),
            F.round(F.col("share") * sure, 6).alias("recent"),
        )
    )  # fmt: skip
    at = ["ds", "racket_id", "lng", "lat"]
    return (
        spots.join(crowd(spots, places.join(crowded, ["ds", "seller_id"], how="left")), at, how="left")
        .join(counties(spots, addresses), ["ds", "lng", "lat"], how="left")
        .withColumn("sign", F.lit("origin"))
        .withColumnRenamed("seller_id", "label")
    )


def crowd(spots: DataFrame, places: DataFrame) -> DataFrame:
    """ds, racket_id, lng, lat, outsiders: shops of other rackets or none with a place within CROWD_M of a spot."""
    squares = (
        blocked(places, SQUARE_DEGREES)
        .groupBy("ds", "x", "y", F.col("racket_id").alias("whose"))
        .agg(F.sum(F.coalesce("counts", F.lit(1))).alias("shops"))
        .select(
            "ds", "whose", "shops",
            ((F.col("x") + 0.5) * SQUARE_DEGREES).alias("lng"), ((F.col("y") + 0.5) * SQUARE_DEGREES).alias("lat"),
        )
    )  # fmt: skip
    one = spots.select("ds", "racket_id", "lng", "lat").distinct()
    left, right = (
        around(blocked(one, BLOCK_DEGREES), BLOCK_DEGREES).alias("a"),
        blocked(squares, BLOCK_DEGREES).alias("b"),
    )
    on = (F.col("a.ds") == F.col("b.ds")) & (F.col("a.x") == F.col("b.x")) & (F.col("a.y") == F.col("b.y"))
    apart = metres(F.col("a.lng"), F.col("a.lat"), F.col("b.lng"), F.col("b.lat"))
    is_other = F.col("whose").isNull() | (F.col("whose") != F.col("racket_id"))
    return (
        left.join(right, on & is_other & (apart <= CROWD_M), how="inner")
        .groupBy("a.ds", "a.racket_id", "a.lng", "a.lat")
        .agg(F.sum("shops").cast("double").alias("outsiders"))
    )


def counties(spots: DataFrame, addresses: DataFrame) -> DataFrame:
    """ds, lng, lat, region_code: the county of most parcels that were sent from addresses in the cells around a spot."""
    sent = (
        blocked(addresses.where("lng IS NOT NULL AND region_code IS NOT NULL"), BLOCK_DEGREES)
        .groupBy("ds", "x", "y", "region_code")
        .agg(F.sum("scans").alias("n"))
    )
    return (
        around(blocked(spots.select("ds", "lng", "lat").distinct(), BLOCK_DEGREES), BLOCK_DEGREES)
        .join(sent, ["ds", "x", "y"], how="inner")
        .groupBy("ds", "lng", "lat", "region_code")
        .agg(F.sum("n").alias("n"))
        .groupBy("ds", "lng", "lat")
        .agg(F.max(F.struct("n", "region_code")).alias("most"))
        .select("ds", "lng", "lat", "most.region_code")
    )
