"""rackets.sites: what points to a racket's places, by whom and how it is shared, and the sites that follow."""

import pytest
from pyspark.sql import functions as F

from jobs.rackets import sites as S
from tests.frames import Cases, frame, lines, transformed

CASES = Cases(
    "rackets.sites", "03-31", "03-31",
    ids="racket_id seller_id buyer_seller_id address_key recipient_address_key sender_address_key value",
    members="ds | racket_id", supplies="ds | category", places="ds | seller_id", addresses="ds | address_key",
    traits="ds | seller_id", states="ds | seller_id", signals="ds | seller_id",
)  # fmt: skip
MEMBERS = """
    ds    | racket_id | seller_id
    03-31 | R1        | a
    03-31 | R1        | b
    03-31 | R1        | c
"""
# The address from which goods go out, of which all members say that it is theirs.
OWN = """
    ds    | seller_id | kind           | value | last_seen
    03-31 | a         | sender_address | depot | 03-30
    03-31 | b         | sender_address | depot | 03-30
    03-31 | c         | sender_address | depot | 03-30
"""
ADDRESSES = """
    ds    | address_key | region_code | lng   | lat  | sigma_m | scans
    03-31 | mill        | 350304      | 119.0 | 25.4 | 60      | 40
    03-31 | depot       | 350582      | 118.5 | 24.8 | 60      | 90
    03-31 | forwarder   | 441900      | 113.7 | 23.0 | 60      | 9000
    03-31 | unscanned   | 330782      | -     | -    | -       | 0
"""
SUPPLIES = "ds | recipient_address_key | sender_address_key | buyer_seller_id | category | has_order | parcels | recent"
# Supplies by where they were scanned.
SCANNED = "ds | recipient_address_key | sender_address_key | has_order | parcels | recent | scans | lng | lat | sigma_m"
SHOWN = "racket_id kind rank abstained lng lat region_code"


@pytest.fixture
def sites(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


def of(kind, found):
    """Lines of one kind, without it."""
    return [line.replace(f"{kind} ", "") for line in found if f" {kind} " in f" {line}"]


@CASES.rows(members=MEMBERS)
def test_a_racket_of_which_nothing_is_known_abstains_on_every_kind(sites):
    assert sites("racket_id kind rank abstained probability lng lat radius_m region_code h3") == [
        f"R1 {kind} 1 true 0 - - - - -" for kind in ("made_at", "packed_at", "returned_to", "shipped_from")
    ]


@CASES.rows(
    members=MEMBERS, traits=OWN, addresses=ADDRESSES,
    supplies=f"""
        {SUPPLIES}
        03-31 | depot | mill | '' | '' | false | 12 | 6
    """,
    places="""
        ds    | seller_id | rank | lng   | lat  | scans | recent | sigma_m
        03-31 | a         | 1    | 118.5 | 24.8 | 40    | 20     | 60
        03-31 | b         | 1    | 118.5 | 24.8 | 40    | 20     | 60
        03-31 | c         | 1    | 118.5 | 24.8 | 40    | 20     | 60
    """,
)  # fmt: skip
def test_goods_that_come_to_its_own_address_without_an_order_were_made_where_they_left(sites):
    found = sites(SHOWN)
    assert of("made_at", found) == ["R1 1 false 119 25.4 350304"]
    assert of("shipped_from", found) == ["R1 1 false 118.5 24.8 350582"]


@CASES.rows(
    members=MEMBERS, traits=OWN, addresses=ADDRESSES,
    supplies=f"""
        {SUPPLIES} | sells
        03-31 | mill  | vendor | a  | materials | true  | 6 | 3 | materials
        03-31 | depot | vendor | '' | ''        | false | 2 | 1 | materials
    """,
)  # fmt: skip
def test_materials_that_members_bought_name_the_workshop_and_who_sells_them_is_not_its_maker(sites):
    found = sites(f"{SHOWN} because")
    assert of("made_at", found) == ["R1 1 false 119 25.4 350304 6 parcels of materials came here"]


# As OWN, and the workshop.
WORKSHOP = OWN + "    03-31 | a | registered_address | mill | 03-30\n"


@CASES.rows(
    members=MEMBERS, traits=WORKSHOP, addresses=ADDRESSES,
    supplies=f"""
        {SUPPLIES} | sells
        03-31 | mill  | unscanned | '' | '' | false | 12 | 6 | materials
        03-31 | depot | mill      | '' | '' | false | 2  | 1 | -
    """,
)  # fmt: skip
def test_materials_that_come_without_an_order_are_for_the_workshop_and_not_made_where_they_left(sites):
    (made,) = of("made_at", sites(f"{SHOWN} because"))
    assert made == (
        "R1 1 false 119 25.4 350304 "
        "2 parcels without an order left here for addresses that it uses; 12 parcels of materials came here"
    )


@CASES.rows(
    members=MEMBERS,
    addresses=ADDRESSES,
    traits=OWN + "".join(f"    03-31 | s{k} | return_address | forwarder | 03-30\n" for k in range(30)),
    supplies=f"""
        {SUPPLIES}
        03-31 | forwarder | vendor    | a  | materials | true  | 40 | 20
        03-31 | depot     | forwarder | '' | ''        | false | 40 | 20
    """,
)
def test_a_forwarders_address_is_never_where_goods_are_made(sites):
    assert of("made_at", sites("kind rank abstained lng")) == ["1 true -"]


@CASES.rows(
    members=MEMBERS,
    addresses=ADDRESSES,
    traits=OWN + "".join(f"    03-31 | s{k} | return_address | mill | 03-30\n" for k in range(30)),
    signals="ds | seller_id | is_suspect | suspicion\n" + "".join(f"03-31 | s{k} | true | 3\n" for k in range(30)),
    supplies=f"""
        {SUPPLIES}
        03-31 | mill | vendor | a | materials | true | 8 | 4
    """,
)
def test_suspects_at_an_address_may_be_members_not_known_yet_and_make_it_no_strangers(sites):
    assert of("made_at", sites("kind rank abstained lng")) == ["1 false 119"]


@CASES.rows(
    members=MEMBERS,
    traits=OWN,
    addresses=ADDRESSES,
    supplies=f"""
        {SUPPLIES}
        03-31 | unscanned | vendor | a | materials | true | 8 | 4
    """,
)
def test_where_no_parcel_was_scanned_there_is_a_county_but_no_place(sites):
    assert of("made_at", sites(SHOWN)) == ["R1 1 true - - 330782"]


@CASES.rows(
    members=MEMBERS,
    addresses=ADDRESSES,
    traits=(OWN + "".join(f"    03-31 | s{k} | return_address | depot | 03-30\n" for k in range(9))).replace("depot", "forwarder"),
    supplies=f"""
        {SUPPLIES} | sells
        03-31 | mill      | vendor | a  | materials | true  | 2 | 1 | materials
        03-31 | forwarder | mill   | '' | ''        | false | 4 | 2 | -
        03-31 | forwarder | other  | '' | ''        | false | 9 | 9 | -
    """,
)  # fmt: skip
def test_what_leaves_where_its_materials_go_for_an_address_that_it_shares_is_its_own(sites):
    assert of("made_at", sites(f"{SHOWN} because")) == [
        "R1 1 false 119 25.4 350304 4 parcels without an order left here for addresses that it uses; 2 parcels of materials came here"
    ]


@CASES.rows(
    members=MEMBERS,
    traits=OWN,
    addresses=ADDRESSES,
    supplies=f"""
        {SCANNED}
        03-31 | depot                 | unscanned          | false     | 4       | 2      | 4     | 119.3 | 25.6 | 60
        03-31 | depot                 | mill               | false     | 9       | 9      | 9     | 119.4 | 25.7 | 60
    """,
)
def test_parcels_start_where_they_were_scanned_whatever_address_is_written_on_them(sites):
    assert of("made_at", sites("kind rank abstained lng lat region_code")) == ["1 false 119.4 25.7 350304"]


@CASES.rows(
    members=MEMBERS,
    traits=OWN,
    addresses=ADDRESSES,
    supplies=f"""
        {SCANNED}
        03-31 | depot                 | ''                 | false     | 9       | 5      | 8     | 119.3 | 25.6 | 60
    """,
)
def test_a_sender_whose_address_is_not_known_is_where_its_parcels_were_scanned(sites):
    assert of("made_at", sites("kind rank abstained lng lat region_code")) == ["1 false 119.3 25.6 -"]


@CASES.rows(
    members=MEMBERS,
    addresses=ADDRESSES,
    traits="""
        ds    | seller_id | kind           | value     | last_seen
        03-31 | a         | return_address | depot     | 03-30
        03-31 | b         | return_address | depot     | 03-30
        03-31 | c         | return_address | mill      | 03-01
        03-31 | c         | return_address | depot     | 03-30
        03-31 | x         | return_address | mill      | 03-30
    """,
)
def test_returns_go_to_the_address_that_members_state_now(sites):
    assert of("returned_to", sites(f"{SHOWN} because")) == ["R1 1 false 118.5 24.8 350582 3 members take returns here"]


PLACES = """
    ds    | seller_id | rank | lng   | lat  | scans | recent | sigma_m
    03-31 | a         | 1    | 118.5 | 24.8 | 40    | 20     | 60
    03-31 | b         | 1    | 118.5 | 24.8 | 40    | 20     | 60
    03-31 | c         | 1    | 118.5 | 24.8 | 40    | 20     | 60
"""


# Coordinates of its own: shops of all cases of this file are neighbours.
@CASES.rows(
    members=MEMBERS,
    addresses="""
        ds    | address_key | region_code | lng   | lat    | sigma_m | scans
        03-31 | near        | 330782      | 120.1 | 29.303 | 60      | 9
        03-31 | next        | 330726      | 120.1 | 29.301 | 60      | 8
        03-31 | far         | 330726      | 120.2 | 29.300 | 60      | 900
    """,
    places="""
        ds    | seller_id | rank | lng   | lat  | scans | recent | sigma_m
        03-31 | a         | 1    | 120.1 | 29.3 | 40    | 20     | 60
        03-31 | b         | 1    | 120.1 | 29.3 | 40    | 20     | 60
        03-31 | c         | 1    | 120.1 | 29.3 | 40    | 20     | 60
    """,
)
def test_the_only_house_is_where_it_makes_in_the_county_of_what_is_sent_from_around(sites):
    found = sites(SHOWN)
    assert of("made_at", found) == ["R1 1 false 120.1 29.3 330782"]
    assert of("shipped_from", found) == ["R1 1 false 120.1 29.3 330782"]


@CASES.rows(
    members=MEMBERS,
    addresses=ADDRESSES,
    places=PLACES + "".join(f"    03-31 | s{k} | 1 | 118.5006 | 24.8005 | 9 | 5 | 60\n" for k in range(9)),
)
def test_in_a_house_of_strangers_goods_start_but_are_not_surely_made(sites):
    # 80 m away, which is as near as couriers' scans tell.
    found = sites("kind rank abstained lng")
    assert of("made_at", found) == ["1 true -"]
    assert of("shipped_from", found) == ["1 false 118.5"]


@CASES.rows(
    members=MEMBERS,
    places="""
        ds    | seller_id | rank | lng   | lat  | scans | recent | sigma_m
        03-31 | a         | 1    | 118.5 | 24.8 | 60    | 4      | 60
        03-31 | a         | 2    | 119.0 | 25.4 | 30    | 20     | 60
        03-31 | b         | 1    | 118.5 | 24.8 | 60    | 4      | 60
        03-31 | b         | 2    | 119.0 | 25.4 | 30    | 20     | 60
        03-31 | c         | 1    | 119.0 | 25.4 | 3     | 3      | 60
    """,
)
def test_a_new_place_of_dispatch_wins_before_it_has_most_scans(sites):
    assert of("shipped_from", sites("kind rank abstained lng")) == ["1 false 119"]


# Coordinates of their own, as above.
OWN_HOUSE = {
    "members": MEMBERS,
    "traits": """
        ds    | seller_id | kind           | value | last_seen
        03-31 | a         | return_address | house | 03-30
        03-31 | b         | return_address | house | 03-30
    """,
    "addresses": """
        ds    | address_key | region_code | lng   | lat  | sigma_m | scans
        03-31 | house       | 330602      | 121.1 | 30.3 | 60      | 90
        03-31 | hub         | 330109      | 122.1 | 31.3 | 60      | 9000
    """,
    "places": """
        ds    | seller_id | rank | lng   | lat  | scans | recent | sigma_m
        03-31 | a         | 1    | 121.1 | 30.3 | 40    | 20     | 60
        03-31 | b         | 1    | 121.1 | 30.3 | 40    | 20     | 60
        03-31 | c         | 1    | 121.1 | 30.3 | 40    | 20     | 60
    """,
}


def used_by(strangers):
    """The racket's house, and the sender of its stock, whose address so many others state."""
    rows = [f"03-31 | s{k} | sender_address | hub | 03-30" for k in range(strangers)]
    return "\n".join([OWN_HOUSE["traits"].strip(), *rows])


FROM_HUB = f"{SUPPLIES}\n03-31 | house | hub | '' | '' | false | 12 | 12"


@CASES.rows(**OWN_HOUSE | {"traits": used_by(S.MANY_OUTSIDERS + 1)}, supplies=FROM_HUB)
def test_what_a_forwarder_of_everybody_sends_was_not_made_where_it_left(sites):
    found = sites(f"{SHOWN} because")
    assert of("made_at", found) == ["R1 1 false 121.1 30.3 330602 120 parcels of its orders start here"]
    (packed,) = of("packed_at", found)
    assert packed.endswith("12 parcels without an order came here by a forwarder; 120 parcels of its orders start here")


def test_the_order_and_the_lots_of_rows_change_nothing(spark):
    members = MEMBERS + "    03-31 | R2 | d\n    03-31 | R2 | e\n"
    given = {
        "members": frame(spark, "rackets.members", members),
        "supplies": frame(
            spark, "evidence.supplies",
            SUPPLIES + "".join(
                f"\n03-31 | {('depot', 'mill', 'unscanned')[k % 3]} | s{k % 4} | {('a', 'd', '')[k % 3]} | "
                f"{('materials', 'packaging', '')[k % 3]} | {('true', 'true', 'false')[k % 3]} | {k % 5 + 1} | {k % 7 + 1}" for k in range(60)
            ),
        ),
        "places": frame(spark, "evidence.places", PLACES + "    03-31 | d | 1 | 118.5005 | 24.8001 | 9 | 7 | 60\n"),
        "addresses": frame(spark, "evidence.address_places", ADDRESSES),
        "traits": frame(spark, "links.trait_states", OWN + "    03-31 | e | return_address | depot | 03-30\n"),
        "states": frame(spark, "core.seller_states", "ds | seller_id\n03-31 | a"),
        "signals": frame(spark, "evidence.seller_signals", "ds | seller_id | suspicion\n03-31 | zed | -2"),
    }  # fmt: skip
    shown = ", ".join(column.name for column in S.TABLE.schema()).replace(",", "")
    once = lines(transformed("rackets.sites", "03-31", "03-31", **given), shown)
    mixed = {name: rows.orderBy(F.rand(7)).repartition(5) for name, rows in given.items()}
    assert lines(transformed("rackets.sites", "03-31", "03-31", **mixed), shown) == once
    assert len(once) >= 8


def from_unknown(sigma_m):
    """Stock of senders that are not known, scanned so many metres apart."""
    return f"""
        ds    | recipient_address_key | sender_address_key | buyer_seller_id | category | has_order | parcels | recent | scans | lng   | lat  | sigma_m
        03-31 | depot                 | ''                 | ''              | ''       | false     | 12      | 12     | 12    | 117.0 | 27.0 | {sigma_m}
    """


@CASES.rows(members=MEMBERS, traits=OWN, addresses=ADDRESSES, supplies=from_unknown(90))
def test_stock_of_an_unknown_sender_was_made_where_all_of_it_starts(sites):
    assert of("made_at", sites("racket_id kind abstained lng lat")) == ["R1 false 117 27"]


@CASES.rows(members=MEMBERS, traits=OWN, addresses=ADDRESSES, supplies=from_unknown(40_000))
def test_the_middle_of_several_unknown_senders_is_no_place(sites):
    assert of("made_at", sites("racket_id kind abstained lng lat")) == ["R1 true - -"]
