"""core.sales: totals until each Sunday equal adding up every trade, all at once or week by week."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal

from jobs.table import DAY
from tests.frames import day_text, frame, frame_of, lines, refused, transformed

TOTALS = "ds seller_id listing_id buyer_seller_id orders turnover_cny fake_refunds first_paid_at last_paid_at"


def test_totals_leave_refunds_in_and_count_changes_of_later_weeks(spark):
    trades = """
        ds    | order_id | seller_id | listing_id | buyer_seller_id | is_first | turnover_change_cny | fake_refund_change | paid_at
        03-01 | o1       | s1        | l1         | -               | true     | 100                 | 0                  | 03-01
        03-02 | o1       | s1        | l1         | -               | false    | 0                   | 0                  | 03-01
        03-05 | o1       | s1        | l1         | -               | false    | 0                   | 1                  | 03-01
        03-06 | o2       | s1        | l1         | -               | true     | 50                  | 0                  | 03-06
        03-13 | o2       | s1        | l1         | -               | false    | -50                 | 0                  | 03-06
        03-03 | o3       | s1        | l1         | s9              | true     | 900                 | 0                  | 03-02
    """
    assert lines(transformed("core.sales", "03-01", "03-17", trades=frame(spark, "core.trades", trades)), TOTALS) == [
        "03-03 s1 l1 '' 1 100 0 03-01 03-01",
        "03-03 s1 l1 s9 1 900 0 03-02 03-02",
        "03-10 s1 l1 '' 2 150 1 03-01 03-06",
        "03-10 s1 l1 s9 1 900 0 03-02 03-02",
        "03-17 s1 l1 '' 2 100 1 03-01 03-06",
        "03-17 s1 l1 s9 1 900 0 03-02 03-02",
    ]


def test_a_corrected_order_counts_for_its_new_shop_listing_and_buyer_alone(spark):
    trades = """
        ds    | order_id | seller_id | listing_id | buyer_seller_id | is_first | turnover_change_cny | fake_refund_change | moved_from     | paid_at
        03-01 | o1       | s1        | l1         | -               | true     | 100                 | 1                  | -              | 03-01
        03-02 | o2       | s1        | l1         | -               | true     | 50                  | 0                  | -              | 03-02
        03-05 | o1       | s1        | l1         | s9              | false    | -20                 | -1                 | s1:l1:-:1:100:1 | 03-01
        03-12 | o1       | s2        | l2         | s9              | false    | -80                 | 0                  | s1:l1:s9:1:80:0 | 03-01
    """
    assert lines(transformed("core.sales", "03-01", "03-17", trades=frame(spark, "core.trades", trades)), TOTALS) == [
        "03-03 s1 l1 '' 2 150 1 03-01 03-02",
        "03-10 s1 l1 '' 1 50 0 03-01 03-02",
        "03-10 s1 l1 s9 1 80 0 03-01 03-01",
        "03-17 s1 l1 '' 1 50 0 03-01 03-02",
        "03-17 s1 l1 s9 0 0 0 03-01 03-01",
        "03-17 s2 l2 s9 1 0 0 03-01 03-01",
    ]


def test_what_a_wrong_clock_says_was_paid_later_was_paid_by_the_day_on_which_it_is_known(spark):
    trades = """
        ds    | order_id | seller_id | listing_id | buyer_seller_id | is_first | turnover_change_cny | fake_refund_change | paid_at
        03-01 | o1       | s1        | l1         | -               | true     | 100                 | 0                  | 2031-01-01
    """
    found = transformed("core.sales", "03-01", "03-10", trades=frame(spark, "core.trades", trades))
    assert lines(found, "ds first_paid_at last_paid_at") == [
        f"{sunday} 03-01T23:59 03-01T23:59" for sunday in ("03-03", "03-10")
    ]


FIRST = date(2024, 3, 1)


def draw_order(r: random.Random, n: int) -> list[dict]:
    """Rows of one order, which may count from the first or never, be paid anew, closed, refunded and corrected."""
    counts, before, rows = r.random() < 0.8, None, []
    known = sorted({FIRST + r.randrange(52) * DAY for _ in range(r.randint(1, 4))})
    paid_at = known[0] - r.randrange(9) * DAY
    for ds in known:
        key = (f"s{r.randrange(4)}", f"l{r.randrange(3)}", r.choice((None, None, "s9")))
        if before and r.random() < 0.7:
            key = before[0]
        now = (key, int(counts), Decimal(r.choice((0, 250, 310)) if counts else 0) / 100, int(r.random() < 0.2))
        old = before or (key, 0, 0, 0)
        rows.append({
            "ds": ds, "order_id": f"o{n}", "seller_id": key[0], "listing_id": key[1], "buyer_seller_id": key[2], "quantity": 1,
            "is_first": now[1] > old[1], "turnover_change_cny": now[2] - old[2], "fake_refund_change": now[3] - old[3],
            "moved_from": (*old[0], *old[1:]) if old[0] != key else None, "paid_at": paid_at, "now": now,
        })  # fmt: skip
        before = now
    return rows


def test_any_trades_add_up_at_once_and_resumed_from_a_keyframe(spark):
    r = random.Random(13)
    sundays = [date(2024, 3, 3) + 7 * k * DAY for k in range(8)]
    orders = [draw_order(r, n) for n in range(300)]

    expected = []
    for sunday in sundays:
        paid, newest = defaultdict(list), defaultdict(list)
        for rows in orders:
            known = [row for row in rows if row["ds"] <= sunday]
            for row in known:
                paid[row["now"][0]].append(row["paid_at"])
            if known:
                newest[known[-1]["now"][0]].append(known[-1]["now"])
        for key, times in paid.items():
            turnover = f"{sum(now[2] for now in newest[key]):.2f}".rstrip("0").rstrip(".")
            counts, fakes = (sum(now[i] for now in newest[key]) for i in (1, 3))
            name = " ".join(part or "''" for part in key)
            expected.append(
                f"{day_text(sunday)} {name} {counts} {turnover} {fakes} {day_text(min(times))} {day_text(max(times))}"
            )

    trades = [{name: value for name, value in row.items() if name != "now"} for rows in orders for row in rows]
    frame = frame_of(spark, "core.trades", trades)
    at_once = transformed("core.sales", FIRST, sundays[-1], trades=frame).localCheckpoint()
    assert lines(at_once, TOTALS) == sorted(expected)
    assert refused("core.sales", at_once) == []

    until = at_once.where("ds <= date'2024-03-24'").localCheckpoint()
    resumed = transformed("core.sales", "03-25", sundays[-1], {"trades": until}, trades=frame)
    assert lines(until.unionByName(resumed), TOTALS) == sorted(expected)
