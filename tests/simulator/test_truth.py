"""The truth agrees with itself and with what was delivered."""

import json
from datetime import date

import pandas as pd
import pytest

from simulator.geography import CENTRES, COUNTIES
from simulator.observability import connected, is_doubly_connected
from tests.simulator.conftest import latest, metres_between

COLUMNS = {
    "deliveries": "feed date delivery file rows listed",
    "dirt_rows": "feed date delivery file line kind expect key",
    "orders": "order_id listing_id seller_id buyer_seller_id is_counterfeit racket internal paid_at paid_cny refunded_cny fate "
    "first_dt last_dt listing_dt waybill_no waybill_dt n_waybills scan_lng scan_lat before_payment",
    "listings": "listing_id brand is_counterfeit",
    "seller_kind": "seller_id kind group_id",
    "members": "seller_id racket role day_from day_to",
    "rackets": "racket merged_into first_order_ds observable_from site_inferable",
    "events": "racket event day other",
    "observability": "racket ds n_active active recent observable",
    "sites": "racket kind lng lat county day_from day_to how",
    "value_weekly": "racket ds gross net gross_with_internal",
}


def test_all_tables_and_columns_are_there(truth):
    assert {name: " ".join(table.columns) for name, table in truth.items()} == COLUMNS


def test_the_world_begins_on_a_monday_and_names_its_sundays(tiny):
    about = json.loads((tiny / "WORLD.json").read_text())
    assert date.fromisoformat(about["first_day"]).isoweekday() == 1
    assert [date.fromisoformat(day).isoweekday() for day in about["sundays"]] == [7]
    assert (about["preset"], about["seed"], about["days"]) == ("tiny", 11, 10)


def test_members_of_rackets_are_the_sellers_of_that_kind(truth):
    kinds = truth["seller_kind"]
    assert set(truth["members"].seller_id) == set(kinds[kinds.kind == "racket"].seller_id)


def test_only_rackets_and_their_resellers_sell_counterfeits(truth):
    sold = truth["orders"].query("is_counterfeit").merge(truth["seller_kind"], on="seller_id")
    assert set(sold.kind) <= {"racket", "reseller", "reseller_group"}
    assert set(sold[sold.racket.notna()].kind) == {"racket"}


def test_an_internal_order_has_both_sides_in_one_racket(truth):
    of = truth["members"].set_index("seller_id").racket
    inside = truth["orders"].query("internal")
    assert (inside.seller_id.map(of) == inside.buyer_seller_id.map(of)).all()


def test_value_is_what_outsiders_paid_for_fakes_known_by_the_sunday(truth, good_rows):
    known = latest([row for row in good_rows("orders") if row["ds"] <= "2024-03-10"], "order_id")
    orders = truth["orders"].set_index("order_id").loc[list(known)]
    orders["status"] = [row["status"] for row in known.values()]
    orders["back"] = [float(row["refunded_cny"] or 0) for row in known.values()]
    sold = orders.query("is_counterfeit and racket.notna() and not internal and status != 'closed'")
    value = truth["value_weekly"].set_index("racket")
    for racket, mine in sold.groupby("racket"):
        assert value.gross[racket] == pytest.approx(mine.paid_cny.sum())
        assert value.net[racket] == pytest.approx(mine.paid_cny.sum() - mine.back.sum())


def test_active_sellers_are_members_with_an_order_delivered(truth):
    of = truth["members"].set_index("seller_id").racket
    sold = set(truth["orders"].query("first_dt <= 6").seller_id)
    for row in truth["observability"].itertuples():
        active = [seller for seller in row.active.split(",") if seller]
        assert len(active) == row.n_active
        assert all(of[seller] == row.racket and seller in sold for seller in active)


def test_a_racket_with_few_sellers_or_fakes_is_not_observable(truth):
    fakes = truth["orders"].query("is_counterfeit and first_dt <= 6").groupby("racket").size()
    for row in truth["observability"].query("observable").itertuples():
        assert row.n_active >= 3 and fakes[row.racket] >= 12


def test_a_site_lies_in_the_county_that_it_names(truth):
    for row in truth["sites"].itertuples():
        nearest = metres_between(CENTRES[:, 0], CENTRES[:, 1], row.lng, row.lat).argmin()
        assert COUNTIES[nearest].code == row.county


def test_shops_that_share_a_value_are_connected():
    groups = connected([(1, 7), (2, 7), (2, 8), (3, 8), (4, 9)], {1, 2, 3, 4, 5})
    assert sorted(map(sorted, groups)) == [[1, 2, 3], [4], [5]]


PHONE, IMAGE = 3, 6


@pytest.mark.parametrize(
    "pairs, seen",
    [
        ([(1, 10, PHONE), (2, 10, PHONE), (3, 10, PHONE)], False),  # one family alone
        ([(1, 10, PHONE), (2, 10, PHONE), (1, 20, IMAGE), (2, 20, IMAGE)], True),  # half of four, twice
        ([(1, 10, PHONE), (2, 10, PHONE), (3, 20, IMAGE), (4, 20, IMAGE)], False),  # other halves
        ([(1, 10, PHONE), (2, 10, PHONE), (1, 11, PHONE), (2, 11, PHONE)], False),  # twice in one family
    ],
)
def test_two_families_must_connect_the_same_half(pairs, seen):
    assert is_doubly_connected({1, 2, 3, 4}, pairs) is seen


def test_a_first_order_is_never_after_the_racket_became_observable(truth):
    rackets: pd.DataFrame = truth["rackets"].dropna(subset="observable_from")
    assert (rackets.first_order_ds <= rackets.observable_from).all()
