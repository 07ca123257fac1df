"""rackets.production: what speaks for a racket making its goods, each sign from its threshold on and never more than once."""

import math

import pytest

from jobs import complaints
from jobs.rackets import production as rules
from tests.frames import Cases

CASES = Cases(
    "rackets.production", "03-31", "03-31", ids="racket_id seller_id listing_id buyer_seller_id recipient_address_key sender_address_key value",
    members="ds | racket_id", sales="ds | seller_id", listings="ds | listing_id", sellers="ds | seller_id",
    supplies="ds | recipient_address_key", traits="ds | seller_id", signals="ds | seller_id",
)  # fmt: skip
LISTINGS = """
    ds    | listing_id | category  | suspicion
    03-31 | fake       | sneakers  | -1.4
    03-31 | honest     | sneakers  | -1.5
    03-31 | leather    | materials | -3
    03-31 | boxes      | packaging | -3
"""
SALES = "ds | seller_id | listing_id | buyer_seller_id | orders | fake_refunds"


@pytest.fixture(autouse=True)
def large_market(monkeypatch):
    """What few rackets do moves no rate of the market."""
    monkeypatch.setattr(complaints, "ASSUMED_ORDERS", 10**15)
    monkeypatch.setattr(rules, "ASSUMED_LISTINGS", 10**15)


@pytest.fixture
def production(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


def members(*rackets):
    """`R1 a b c`; a racket that names fewer than five shops has five, with others that do nothing."""
    rows = []
    for racket in rackets:
        name, *shops = racket.split()
        shops += [f"{name}_{k}" for k in range(5 - len(shops))]
        rows += [f"03-31 | {name} | {shop}" for shop in shops]
    return "ds | racket_id | seller_id\n" + "\n".join(rows)


def nats(*signs, orders=0, fakes=0):
    """Of a racket of five shops: its signs, and what so many orders and refunds for fakes say."""
    refunds = fakes * math.log(complaints.SHOP_TIMES) - orders * (complaints.SHOP_TIMES - 1) * complaints.USUAL_REFUNDS
    refunds = min(max(refunds, rules.REFUNDS_LEAST), rules.FAKES_MOST)
    return f"{rules.PRIOR + sum(signs) + refunds:.6f}".rstrip("0").rstrip(".")


@CASES.rows(members=members("R1"))
def test_a_racket_of_which_nothing_is_known_more_likely_sells_what_others_make(production):
    shown = "trade_orders trade_buyers inside_orders outside_orders material_orders packaging_orders material_parcels packaging_parcels stock_parcels outside_parcels trade_parcels parcel_buyers reopened fake_refunds orders branded hidden_names graded upheld far_below nats"
    assert production(shown) == [f"{'0 ' * 20}{nats()}"]
    assert rules.PRIOR < 0


# --- sales and purchases ------------------------------------------------------------------------


@CASES.rows(
    members=members("R1 a b", "R2 c", "R3 d", "R4 e"),
    listings=LISTINGS,
    sales=SALES
    + """
        03-31 | a | fake    | x  | 2 | 0
        03-31 | b | fake    | c  | 1 | 0
        03-31 | c | fake    | x  | 3 | 0
        03-31 | d | fake    | x  | 1 | 0
        03-31 | d | fake    | y  | 1 | 0
        03-31 | e | fake    | '' | 9 | 0
        03-31 | e | honest  | x  | 9 | 0
        03-31 | e | unknown | y  | 9 | 0
        03-31 | e | fake    | z  | 0 | 0
    """,
)
def test_who_sells_suspect_goods_to_trade_has_three_orders_of_two_shops_outside(production):
    assert (rules.MIN_TRADE_ORDERS, rules.MIN_TRADE_BUYERS) == (3, 2)
    assert production("racket_id trade_orders trade_buyers orders nats") == [
        f"R1 3 2 3 {nats(rules.TRADE, orders=3)}",
        f"R2 3 1 3 {nats(orders=3)}",
        f"R3 2 2 2 {nats(orders=2)}",
        f"R4 0 0 27 {nats(orders=27)}",
    ]


@CASES.rows(
    members=members("R1 a b c", "R2 d e"),
    listings=LISTINGS,
    sales=SALES
    + """
        03-31 | a | fake   | b | 1 | 0
        03-31 | a | fake   | c | 1 | 0
        03-31 | a | honest | c | 7 | 0
        03-31 | d | fake   | e | 1 | 0
    """,
)
def test_who_supplies_its_own_shops_has_two_orders_of_suspect_goods_inside_which_are_no_trade(production):
    assert rules.MIN_ORDERS == 2
    assert production("racket_id inside_orders trade_orders nats") == [
        f"R1 2 0 {nats(rules.SUPPLIES_OWN, orders=9)}",
        f"R2 1 0 {nats(orders=1)}",
    ]


@CASES.rows(
    members=members("R1 a b", "R2 c", "R3 d e"),
    listings=LISTINGS,
    sales=SALES
    + """
        03-31 | tanner  | leather | a | 1 | 0
        03-31 | tanner  | leather | b | 1 | 0
        03-31 | tanner  | boxes   | b | 1 | 0
        03-31 | printer | boxes   | c | 2 | 0
        03-31 | tanner  | leather | c | 1 | 0
        03-31 | e       | leather | d | 2 | 0
        03-31 | d       | leather | x | 9 | 0
    """,
)
def test_materials_and_packaging_count_from_two_orders_on_whoever_sells_them(production):
    assert production("racket_id material_orders packaging_orders nats") == [
        f"R1 2 1 {nats(rules.MATERIALS)}",
        f"R2 1 2 {nats(rules.PACKAGING)}",
        f"R3 2 0 {nats(rules.MATERIALS, orders=11)}",
    ]


@CASES.rows(
    members=members("R1 a", "R2 b", "R3 c d", "R4 e f"),
    listings=LISTINGS,
    sales=SALES
    + """
        03-31 | x | fake   | a | 3 | 0
        03-31 | x | fake   | b | 2 | 0
        03-31 | x | honest | b | 9 | 0
        03-31 | x | fake   | c | 3 | 0
        03-31 | c | fake   | d | 3 | 0
        03-31 | x | fake   | e | 4 | 0
        03-31 | e | fake   | f | 3 | 0
    """,
)
def test_who_buys_suspect_goods_outside_three_times_and_more_than_inside_only_sells(production):
    assert rules.MIN_OUTSIDE == 3
    assert production("racket_id outside_orders inside_orders nats") == [
        f"R1 3 0 {nats(rules.BUYS_OUTSIDE)}",
        f"R2 2 0 {nats()}",
        f"R3 3 3 {nats(rules.SUPPLIES_OWN, orders=3)}",
        f"R4 4 3 {nats(rules.SUPPLIES_OWN, rules.BUYS_OUTSIDE, orders=3)}",
    ]


# --- stock --------------------------------------------------------------------------------------


@CASES.rows(
    members=members("R1 a", "R2 b", "R3 c"),
    traits="""
        ds    | seller_id | kind               | value  | last_seen
        03-31 | a         | return_address     | shed   | 03-01
        03-31 | a         | registered_address | office | 03-01
        03-31 | b         | sender_address     | yard   | 03-01
        03-31 | c         | return_address     | home   | 03-01
    """,
    supplies="""
        ds    | recipient_address_key | sender_address_key | has_order | parcels
        03-31 | shed                  | mill               | false     | 1
        03-31 | shed                  | tanner             | false     | 1
        03-31 | office                | mill               | false     | 1
        03-31 | yard                  | mill               | false     | 2
        03-31 | yard                  | mill               | true      | 50
        03-31 | elsewhere             | mill               | false     | 50
    """,
)
def test_three_parcels_without_an_order_to_addresses_of_its_own_are_stock(production):
    assert rules.MIN_PARCELS == 3
    assert production("racket_id stock_parcels nats") == [
        f"R1 3 {nats(rules.STOCK)}",
        f"R2 2 {nats()}",
        f"R3 0 {nats()}",
    ]


@CASES.rows(
    members=members("R1 a", "R2 b", "R3 c"),
    traits="""
        ds    | seller_id | kind           | value | last_seen
        03-31 | a         | return_address | shed  | 03-01
        03-31 | b         | return_address | yard  | 03-01
        03-31 | c         | return_address | home  | 03-01
    """,
    listings=LISTINGS,
    sales=f"{SALES}\n03-31 | tanner | leather | c | 1 | 0",
    supplies="""
        ds    | recipient_address_key | sender_address_key | has_order | parcels | sells
        03-31 | shed                  | tanner             | false     | 2       | materials
        03-31 | shed                  | printer            | false     | 2       | packaging
        03-31 | shed                  | mill               | false     | 2       | -
        03-31 | yard                  | tanner             | false     | 50      | materials
        03-31 | home                  | tanner             | false     | 1       | materials
        03-31 | home                  | tanner             | true      | 50      | materials
        03-31 | home                  | printer            | false     | 1       | packaging
    """,
)
def test_materials_and_packaging_that_come_without_an_order_count_as_those_bought_and_are_no_stock(production):
    assert production("racket_id material_orders material_parcels packaging_parcels stock_parcels nats") == [
        f"R1 0 2 2 2 {nats(rules.MATERIALS, rules.PACKAGING)}",
        f"R2 0 50 0 0 {nats(rules.MATERIALS)}",
        f"R3 1 1 1 0 {nats(rules.MATERIALS)}",
    ]


@CASES.rows(
    members=members("R1 a"),
    traits="""
        ds    | seller_id | kind           | value | last_seen
        03-31 | a         | return_address | shed  | 03-01
        03-31 | x         | return_address | shed  | 03-01
        03-31 | y         | return_address | shed  | 03-01
        03-31 | a         | sender_address | hall  | 03-01
        03-31 | p         | sender_address | hall  | 03-01
        03-31 | q         | sender_address | hall  | 03-01
    """,
    signals="""
        ds    | seller_id | is_suspect | suspicion
        03-31 | x         | true       | 2
        03-31 | y         | true       | 2
        03-31 | p         | false      | -9
        03-31 | q         | false      | -9
    """,
    supplies="""
        ds    | recipient_address_key | sender_address_key | has_order | parcels
        03-31 | shed                  | mill               | false     | 1
        03-31 | hall                  | mill               | false     | 10
    """,
)
def test_suspects_at_an_address_may_be_members_not_known_yet_and_honest_shops_are_strangers(production):
    assert production("racket_id stock_parcels") == ["R1 1"]


@CASES.rows(
    members=members("R1 a", "R2 b", "R3 c", "R4 d"),
    traits="""
        ds    | seller_id | kind           | value | last_seen
        03-31 | a         | return_address | shed  | 03-01
        03-31 | a         | sender_address | mill  | 03-01
        03-31 | b         | return_address | yard  | 03-01
        03-31 | c         | return_address | home  | 03-01
        03-31 | d         | return_address | hall  | 03-01
    """,
    supplies="""
        ds    | recipient_address_key | sender_address_key | has_order | parcels | sells
        03-31 | shed                  | mill               | false     | 3       | -
        03-31 | yard                  | mill               | false     | 2       | -
        03-31 | home                  | mill               | false     | 3       | -
        03-31 | hall                  | mill               | false     | 9       | packaging
        03-31 | elsewhere             | mill               | false     | 9       | -
    """,
)
def test_parcels_without_an_order_between_rackets_are_purchases_of_one_and_trade_of_the_other(production):
    assert production("racket_id stock_parcels outside_parcels trade_parcels parcel_buyers nats") == [
        f"R1 3 0 5 2 {nats(rules.TRADE, rules.STOCK)}",
        f"R2 0 2 0 0 {nats()}",
        f"R3 0 3 0 0 {nats(rules.BUYS_OUTSIDE)}",
        f"R4 0 0 0 0 {nats(rules.PACKAGING)}",
    ]


# --- shops closed and opened --------------------------------------------------------------------


def shops(*written):
    """`a 01-01 03-01 platform_ip`: registered, closed and why, of a shop."""
    rows = [f"03-31 | {' | '.join((*shop.split(), '-', '-')[:4])}" for shop in written]
    return "ds | seller_id | registered_at | closed_at | close_reason\n" + "\n".join(rows)


@CASES.rows(
    members=members("R1 a b c", "R2 d e f", "R3 g h i j k", "R4 l m n"),
    sellers=shops(
        "a 01-01 03-01 platform_ip", "b 01-01 03-22 platform_ip", "c 03-22",  # c follows both, on the last day and the first
        "d 01-01 03-01 platform_ip", "e 01-01 03-02 platform_ip", "f 03-23",  # 22 days after the first
        "g 01-01 03-01 seller", "h 01-01 03-01 platform_other", "i 01-01 03-02", "j 01-01 - platform_ip", "k 03-05",
        "l 01-01 03-01 platform_ip", "m 02-29 03-01 platform_ip", "n 02-28", "outsider 03-02",
    ),
)  # fmt: skip
def test_shops_closed_by_the_platform_that_another_followed_within_21_days_are_reopened(production):
    assert rules.REOPENED_DAYS == 21
    assert production("racket_id reopened nats") == [
        f"R1 2 {nats(rules.REOPENS)}", f"R2 1 {nats(rules.REOPENS_ONCE)}", f"R3 0 {nats()}", f"R4 0 {nats()}",
    ]  # fmt: skip


# --- size, refunds, all of it -------------------------------------------------------------------


@CASES.rows(
    members="ds | racket_id | seller_id\n"
    + "\n".join(f"03-31 | R{n} | s{n}_{k}" for n in (1, 2, 3, 10, 22, 23, 40) for k in range(n))
)
def test_many_shops_speak_for_goods_of_its_own_and_few_against_within_limits(production):
    assert {line.split()[0]: round(float(line.split()[1]) - rules.PRIOR, 4) for line in production("racket_id nats")} == {
        "R1": -0.15, "R2": -0.15, "R3": -0.15, "R10": 0.6931, "R22": 1.4816, "R23": 1.5, "R40": 1.5,
    }  # fmt: skip


@CASES.rows(
    members=members("R1 a", "R2 b", "R3 c", "R4 d"),
    sales=SALES
    + """
        03-31 | a | l | '' | 100  | 1
        03-31 | b | l | '' | 5000 | 0
        03-31 | c | l | '' | 100  | 90
        03-31 | d | l | '' | 50   | 0
    """,
)
def test_refunds_for_fakes_count_against_the_rate_of_the_market_within_limits(production):
    assert production("racket_id fake_refunds orders nats") == [
        f"R1 1 100 {nats(orders=100, fakes=1)}",
        f"R2 0 5000 {nats(rules.REFUNDS_LEAST)}",
        f"R3 90 100 {nats(rules.FAKES_MOST)}",
        f"R4 0 50 {nats(-1)}",  # 50 × 4 × 0.005
    ]


def look(listing, brand="b", evaded="false", graded="false", upheld=0, share=0.9, authorised="false"):
    return f"03-31 | {listing} | {listing[0]} | {brand} | sneakers | -2 | {share} | {evaded} | {graded} | {authorised} | {upheld}"


@CASES.rows(
    members=members("R1 a", "R2 b", "R3 c"),
    listings="ds | listing_id | seller_id | brand_id | category | suspicion | price_share | is_evaded | has_grade_words | is_authorised | upheld_reports\n"
    + "\n".join(
        [
            look("a1"), look("a2", share=0.35), look("a3", brand="-"), look("a4", authorised="true"),
            look("b1", evaded="true"), look("b2", brand="-", graded="true"), look("b3", upheld=2), look("b4", share=0.34),
            *[look(f"c{k}") for k in range(90)],
        ]
    ),
)  # fmt: skip
def test_how_listings_under_a_brand_look_counts_against_the_market_within_limits(production):
    def fakes(listings, **shown):
        market = rules.USUAL_LOOKS
        said = 0
        for name, (times, least, most) in rules.LOOKS.items():
            said += min(max(shown.get(name, 0) * math.log(times) - listings * (times - 1) * market, least), most)
        return min(max(said, rules.FAKES_LEAST), rules.FAKES_MOST)

    assert production("racket_id branded hidden_names graded upheld far_below nats") == [
        f"R1 2 0 0 0 0 {nats(fakes(2))}",
        f"R2 4 1 1 1 1 {nats(fakes(4, hidden_names=1, graded=1, upheld=1, far_below=1))}",
        f"R3 90 0 0 0 0 {nats(fakes(90))}",
    ]
    assert -3 < fakes(2) < 0 < fakes(4, hidden_names=1, graded=1, upheld=1, far_below=1)


@CASES.rows(
    members="ds | racket_id | seller_id\n" + "\n".join(f"03-31 | R1 | s{k}" for k in range(60)),
    listings=LISTINGS,
    sales=SALES
    + """
        03-31 | s0     | fake    | x  | 900 | 900
        03-31 | s0     | fake    | y  | 900 | 900
        03-31 | s0     | fake    | s1 | 900 | 900
        03-31 | tanner | leather | s1 | 900 | 0
        03-31 | tanner | boxes   | s1 | 900 | 0
    """,
    sellers=shops(*[f"s{k} 03-{k % 20 + 1:02} 03-{k % 20 + 1:02} platform_ip" for k in range(60)]),
    traits="ds | seller_id | kind | value\n03-31 | s0 | return_address | shed",
    supplies="ds | recipient_address_key | has_order | parcels\n03-31 | shed | false | 9000",
)
def test_however_much_of_everything_adds_up_to_each_sign_once(production):
    signs = rules.TRADE + rules.SUPPLIES_OWN + rules.MATERIALS + rules.PACKAGING + rules.STOCK + rules.REOPENS
    most = rules.PRIOR + signs + rules.SIZE_MOST + rules.FAKES_MOST
    assert production("nats") == [f"{most:.6f}".rstrip("0").rstrip(".")]


@CASES.rows(
    members=members("R1 a b", "R2 c d e f g"),
    listings=LISTINGS,
    sales=SALES
    + """
        03-31 | a      | fake    | x | 2   | 0
        03-31 | a      | fake    | y | 1   | 0
        03-31 | x      | fake    | b | 3   | 0
        03-31 | tanner | leather | b | 2   | 0
        03-31 | c      | honest  | - | 100 | 0
    """,
)
def test_what_moved_the_judgement_is_told_strongest_first_and_adds_up(production):
    goods = "of 0 listings under a brand names hidden 0, graded as copies 0, reports upheld 0, far below the price 0"
    prior = f"prior:{rules.PRIOR}:most groups that sell counterfeits buy them"
    assert production("racket_id signs") == [
        "R1 trade:3:suspect goods sold to trade (2 shops, 3 orders; parcels without one to other rackets: 0),"
        "outside:-2.5:suspect goods bought outside, more than inside (orders: 3, parcels without one from other rackets: 0),"
        f"{prior},materials:0.7:materials bought or received (orders: 2, parcels without one: 0),"
        f"fakes:-0.06:its goods against the market's: refunded as fakes 0 of 3 orders; {goods}",
        f"R2 fakes:-2:its goods against the market's: refunded as fakes 0 of 100 orders; {goods},{prior}",
    ]
    assert production("racket_id nats") == [f"R1 {rules.PRIOR + 3 - 2.5 + 0.7 - 0.06:.2f}", f"R2 {rules.PRIOR - 2:.1f}"]
