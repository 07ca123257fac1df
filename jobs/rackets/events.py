"""rackets.events: how rackets came, changed and went, as known on a Sunday.

Grain: ds, event, racket_id, other_racket_id. Reads rackets.members of the same Sunday and the four before, and
core.sales of this and last Sunday. An id changes its meaning only with an event. `overlap` is the share of the
racket's former members that the event is about. `other_racket_id` is empty where there is none.

- born, revived, ended: the id is new; it was away for some weeks; it was here last Sunday and is not now.
- continued, grew, shrank: against last Sunday.
- split: shops left `racket_id` together and are under `other_racket_id`, which is newly born or mostly theirs.
- merged: of the shops of `racket_id` that still sold, half went into `other_racket_id`, or three in ten if it is gone.
- dormant, revived: its shops have sold so little for so long that its own rate does not explain it; they sell again.
"""

from collections.abc import Callable
from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.graph.matching import FRONT_DAYS
from jobs.graph.sales import selling_days, share_between
from jobs.table import SUNDAY, Read, Table

# Changes of the number of members that are worth an event.
GREW, SHRANK = 1.25, 0.8
# One shop that changes sides is noise of the clustering; two that go together are a movement.
MIN_MOVED = 2
# The part of a newly born racket that has to come from another for a split.
SPLIT_SHARE = 0.25
# The same of one that was known before.
SPLIT_INTO_KNOWN = 0.5
# The part of a racket's last members that has to stand in another for a merger: if it is gone, and if it lives on. Members
# count that sold in so many days, if there are any: shops that were closed long ago stay where they are.
MERGED_SHARE, ABSORBED_SHARE, SELLING_DAYS = 0.3, 0.5, 56
# A silence is dormancy when chance makes one so long less than once in a hundred times, for orders that come one by
# one at the racket's own rate; never before two weeks, because orders are delivered late and sellers go on holiday.
SILENCE_CHANCE, SILENT_DAYS = 0.01, 14
# One member that goes on, or does not belong to it, does not keep it awake: from some shop's last sale on, all of them sold
# no more than this share of what was to be expected, when that is at least so many orders. The last shops to stop are tried.
QUIET, QUIET_ORDERS, STOPS = 0.15, 14, 10
# The rate is that of the last eight weeks before the last sale. Few days of selling say little about a rate: they
# count as four weeks.
RATE_DAYS, MIN_RATE_DAYS = 56, 28
# How far back the last Sunday can be.
WEEK = 7

TABLE = Table(
    reads={"members": Read("rackets.members", days=1 + FRONT_DAYS), "sales": Read("core.sales", days=1 + WEEK)},
    every="sunday",
    key=("event", "racket_id", "other_racket_id"),
    columns="""
        event            string not null comment 'born, continued, grew, shrank, split, merged, dormant, revived, ended'
        racket_id        string not null comment 'whom it happened to'
        other_racket_id  string not null comment 'the racket that it came from or went into; empty = none'
        overlap          double not null comment '0 to 1'
    """,
)

RACKET = ["today", "racket_id"]


def transform(members: DataFrame, sales: DataFrame, days: list[date]) -> DataFrame:
    seen = seen_from(members, days)
    asleep = sleeping(members, sales)
    found = changes_of_size(seen).unionByName(movements(seen, selling(sales))).unionByName(silences(seen, asleep))
    # An id that was away and sells again is revived once.
    events = found.groupBy(*RACKET, "event", "other_racket_id").agg(F.round(F.max("overlap"), 6).alias("overlap"))
    return events.select(F.col("today").alias("ds"), "event", "racket_id", "other_racket_id", "overlap")


def seen_from(members: DataFrame, days: list[date]) -> DataFrame:
    """Members once for each of `days` on which they are known: that day is `today`, and `ago` counts the Sundays back,
    0 = today. Other days than Sundays are nobody's past.
    """
    wanted = F.array(*[F.lit(day) for day in days])
    near = F.filter(wanted, lambda day: (day >= F.col("ds")) & (day <= F.date_add("ds", FRONT_DAYS)))
    ago = F.ceil(F.datediff("today", "ds") / WEEK).cast("int")
    return (
        members.withColumn("today", F.explode(near))
        .where((F.col("today") == F.col("ds")) | (F.weekday("ds") == SUNDAY))
        .select("today", "ds", ago.alias("ago"), "racket_id", "seller_id")
    )


def changes_of_size(seen: DataFrame) -> DataFrame:
    """born, continued, grew, shrank, revived, ended: today's members against the racket's newest front, when it was last
    seen before.
    """
    of_racket = Window.partitionBy(*RACKET)
    compared = (
        seen.withColumn("front_ago", F.min(F.when(F.col("ago") > 0, F.col("ago"))).over(of_racket))
        .groupBy(*RACKET, "seller_id", "front_ago")
        .agg(F.max(F.col("ago") == 0).alias("is_now"), F.max(F.col("ago") == F.col("front_ago")).alias("is_former"))
        .groupBy(*RACKET, "front_ago")
        .agg(
            F.count_if("is_now").alias("size"),
            F.count_if("is_former").alias("front"),
            F.count_if(F.col("is_now") & F.col("is_former")).alias("same"),
        )
    )
    size, front, ago = F.col("size"), F.col("front"), F.col("front_ago")
    event = (
        F.when(size == 0, F.when(ago == 1, "ended"))
        .when(ago.isNull(), "born")
        .when(ago > 1, "revived")
        .when(size >= front * GREW, "grew")
        .when(size <= front * SHRANK, "shrank")
        .otherwise("continued")
    )
    return _named(compared, event, F.lit(""), F.when(front > 0, F.col("same") / front).otherwise(0.0))


def selling(sales: DataFrame) -> DataFrame:
    """(today, seller_id, sells) of shops that sold in the last SELLING_DAYS."""
    return (
        selling_days(sales)
        .where(F.datediff("ds", "last") < SELLING_DAYS)
        .select(F.col("ds").alias("today"), "seller_id", F.lit(True).alias("sells"))
    )


def movements(seen: DataFrame, selling: DataFrame) -> DataFrame:
    """split and merged: members of a racket that stand under another id than when they were last seen.

    Whoever was in no racket for a while is still counted as coming from the last one. A merger may take weeks: whoever was in
    the racket within the fronts counts, and it is told when with those who came since last Sunday it is one. selling: as of
    `selling`.
    """
    of_seller = Window.partitionBy("today", "seller_id")
    origins = (
        seen.where("ago > 0")
        .withColumn("is_last", F.struct("ago", "racket_id") == F.min(F.struct("ago", "racket_id")).over(of_seller))
        .groupBy(*RACKET, "seller_id")
        .agg(F.bool_or("is_last").alias("is_last"))
        .join(selling, ["today", "seller_id"], how="left")
    )
    counted = [
        F.struct(F.count("*").alias("all"), F.count("sells").alias("selling")).alias("ever"),
        F.struct(F.count_if("is_last").alias("all"), F.count_if(F.col("is_last") & F.col("sells")).alias("selling")).alias("last"),
    ]  # fmt: skip
    now = seen.where("ago = 0").select("today", F.col("racket_id").alias("new_id"), "seller_id")
    sizes = now.groupBy("today", "new_id").agg(F.count("*").alias("size"))
    known = seen.where("ago > 0").groupBy(RACKET).agg(F.min("ago").alias("known_ago"))
    alive = sizes.select("today", F.col("new_id").alias("racket_id"), F.lit(True).alias("lives_on"))
    moved = (
        origins.join(now, ["today", "seller_id"], how="inner")
        .where("racket_id <> new_id")
        .groupBy(*RACKET, "new_id")
        .agg(F.struct(*counted).alias("moved"))
        .where((F.col("moved.ever.all") >= MIN_MOVED) & (F.col("moved.last.all") > 0))
        .join(origins.groupBy(RACKET).agg(F.struct(*counted).alias("former")), RACKET, how="inner")
        .join(sizes, ["today", "new_id"], how="inner")
        .join(known.withColumnRenamed("racket_id", "new_id"), ["today", "new_id"], how="left")
        .join(alive, RACKET, how="left")
    )
    is_born, was_here = F.col("known_ago").isNull(), F.col("known_ago") == 1
    of_target = F.when(is_born, SPLIT_SHARE).when(was_here, SPLIT_INTO_KNOWN)
    left = F.col("moved.last.all")
    came_from = F.col("lives_on") & (left >= MIN_MOVED) & (left >= F.col("size") * of_target)

    def has_gone(counts: Callable[[str], Column]) -> Column:
        """Whether so many of the former members are a merger. A racket that comes back to life takes its own shops back: that
        is none of those who had them meanwhile.
        """
        sells = F.col("former.ever.selling") > 0
        share = F.when(sells, counts("selling") / F.col("former.ever.selling")).otherwise(
            counts("all") / F.col("former.ever.all")
        )
        return F.when(F.col("lives_on"), was_here & (share >= ABSORBED_SHARE)).otherwise(share >= MERGED_SHARE)

    went_into = has_gone(lambda of: F.col(f"moved.ever.{of}")) & ~has_gone(
        lambda of: F.col(f"moved.ever.{of}") - F.col(f"moved.last.{of}")
    )
    event = F.when(went_into, "merged").when(came_from, "split")
    overlap = F.when(went_into, F.col("moved.ever.all") / F.col("former.ever.all")).otherwise(
        left / F.col("former.last.all")
    )
    return _named(moved, event, F.col("new_id"), overlap)


def sleeping(members: DataFrame, sales: DataFrame) -> DataFrame:
    """(ds, racket_id, is_asleep) of rackets that ever sold: whether their silence until `ds` is longer than chance.

    Days of payment count, not of delivery. A row of `sales` holds many orders: they are taken as spread evenly between
    its first and its last, which gives the rate before some day without a look at older snapshots. A silence begins with
    the last sale of some member; what others sold since has to be nothing, or next to nothing.
    """
    racket = ["ds", "racket_id"]
    sold = (
        # Who sells materials sells to whoever asks: such orders say nothing about the racket.
        members.where("role <> 'materials'")
        .select("ds", "racket_id", "seller_id")
        .join(
            sales.where("orders > 0").select("ds", "seller_id", "orders", "first_paid_at", "last_paid_at"),
            ["ds", "seller_id"],
            how="inner",
        )
        .withColumns({name: F.least(F.to_date(f"{name}_paid_at"), "ds") for name in ("first", "last")})
        .withColumn("opened", F.min("first").over(Window.partitionBy(racket)))
    )
    stops = (
        sold.groupBy(*racket, "seller_id")
        .agg(F.max("last").alias("stop"))
        .select(*racket, "stop")
        .distinct()
        .withColumn("n", F.row_number().over(Window.partitionBy(racket).orderBy(F.desc("stop"))))
        .where(F.col("n") <= STOPS)
        .drop("n")
    )

    def orders(begin: Column, end: Column) -> Column:
        """Orders of the days from begin to end, both counted."""
        share = share_between(F.col("first"), F.col("last"), begin, end)
        return F.sum((F.col("orders") * share).cast("decimal(18,6)")).cast("double")

    counted = (
        sold.join(stops, racket, how="inner")
        .groupBy(*racket, "opened", "stop")
        .agg(
            orders(F.date_sub("stop", RATE_DAYS - 1), F.col("stop")).alias("before"),
            orders(F.date_add("stop", 1), F.col("ds")).alias("after"),
            orders(F.date_sub("ds", SILENT_DAYS - 1), F.col("ds")).alias("lately"),
        )
    )
    span = F.datediff("stop", "opened") + 1
    rate = F.col("before") / F.least(F.greatest(span, F.lit(MIN_RATE_DAYS)), F.lit(RATE_DAYS))
    silent = F.datediff("ds", "stop")
    nothing = (F.col("after") == 0) & (F.exp(-rate * silent) < SILENCE_CHANCE)
    next_to_nothing = (
        (rate * silent >= QUIET_ORDERS)
        & (F.col("after") <= QUIET * rate * silent)
        & (F.col("lately") <= QUIET * rate * SILENT_DAYS)
    )
    is_asleep = F.bool_or((silent >= SILENT_DAYS) & (nothing | next_to_nothing))
    return counted.groupBy(racket).agg(is_asleep.alias("is_asleep"))


def silences(seen: DataFrame, asleep: DataFrame) -> DataFrame:
    """dormant: asleep today and not last Sunday; revived: the other way round."""
    sleeps = F.coalesce("is_asleep", F.lit(False))
    compared = (
        seen.where("ago <= 1")
        .select(*RACKET, "ds", "ago")
        .distinct()
        .join(asleep, ["ds", "racket_id"], how="left")
        .groupBy(RACKET)
        .agg(
            F.count_if(F.col("ago") == 0).alias("here"),
            F.count_if((F.col("ago") == 0) & sleeps).alias("now"),
            F.count_if((F.col("ago") == 1) & sleeps).alias("before"),
        )
        .where("here = 1")
    )
    event = F.when(F.col("now") > F.col("before"), "dormant").when(F.col("now") < F.col("before"), "revived")
    return _named(compared, event, F.lit(""), F.lit(1.0))


def _named(rows: DataFrame, event: Column, other: Column, overlap: Column) -> DataFrame:
    """Rows as events, those without one left out."""
    named = rows.select(*RACKET, event.alias("event"), other.alias("other_racket_id"), overlap.alias("overlap"))
    return named.where("event IS NOT NULL")
