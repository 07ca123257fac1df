"""core.sales: totals until each Sunday equal adding up every trade, all at once or week by week."""

import random
from collections import defaultdict
from datetime import date
from decimal import Decimal

from jobs.table import DAY
from tests.frames import day_text, frame, frame_of, lines, transformed

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


def test_any_trades_add_up_at_once_and_resumed_from_a_keyframe(spark):
    r = random.Random(13)
    first = date(2024, 3, 1)
    sundays = [date(2024, 3, 3) + 7 * k * DAY for k in range(8)]
    trades = [
        {
            "ds": first + r.randrange(52) * DAY, "order_id": f"o{n}", "seller_id": f"s{r.randrange(4)}", "listing_id": f"l{r.randrange(3)}",
            "buyer_seller_id": r.choice((None, None, "s9")), "is_first": r.random() < 0.6, "turnover_change_cny": Decimal(r.randint(-300, 900)) / 100,
            "fake_refund_change": r.choice((0, 0, 0, 1, -1)), "paid_at": first + r.randrange(52) * DAY,
        }
        for n in range(400)
    ]  # fmt: skip

    expected = []
    for sunday in sundays:
        groups = defaultdict(list)
        for trade in trades:
            if trade["ds"] <= sunday:
                groups[trade["seller_id"], trade["listing_id"], trade["buyer_seller_id"] or "''"].append(trade)
        for key, group in groups.items():
            paid = sorted(trade["paid_at"] for trade in group)
            turnover = f"{sum(trade['turnover_change_cny'] for trade in group):.2f}".rstrip("0").rstrip(".")
            fakes = sum(trade["fake_refund_change"] for trade in group)
            expected.append(
                f"{day_text(sunday)} {' '.join(key)} {sum(t['is_first'] for t in group)} {turnover} {fakes} {day_text(paid[0])} {day_text(paid[-1])}"
            )

    frame = frame_of(spark, "core.trades", trades)
    at_once = transformed("core.sales", first, sundays[-1], trades=frame)
    assert lines(at_once, TOTALS) == sorted(expected)

    until = at_once.where("ds <= date'2024-03-24'").localCheckpoint()
    resumed = transformed("core.sales", "03-25", sundays[-1], {"trades": until}, trades=frame)
    assert lines(until.unionByName(resumed), TOTALS) == sorted(expected)
