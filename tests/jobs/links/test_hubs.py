"""links.hubs: what is shared and ties nobody is listed with its reason."""

import pytest

from jobs.catalog import catalog
from jobs.graph.traits import MAX_VALUES
from tests.frames import Cases, frame, frame_of, lines, transformed

CASES = Cases(
    "links.hubs", "03-10", "03-10", ids="seller_id value community_id", values="ds | seller_id",
    communities="ds | seller_id", traits="ds | seller_id", pictures="ds | image_id", places="ds | seller_id",
    sellers="ds | seller_id",
)  # fmt: skip
SHOWN = "kind value hub suspects honest communities weight"


@pytest.fixture
def hubs(spark, request):
    return lambda columns=SHOWN: CASES.lines(spark, request.node.name, columns)


def shared(kind, value, users, honest, weight, day="03-10"):
    rows = [f"{day} | {kind} | {value} | {user} | {len(users)} | {honest} | {weight}" for user in users]
    return "\n".join(rows) + "\n"


def values(*groups):
    return "ds | kind | value | seller_id | suspects | honest | weight\n" + "".join(groups)


def communities(*groups, day="03-10"):
    """Groups of letters, each the shops of one community."""
    rows = [f"{day} | {shop} | {group[0]}" for group in groups for shop in group]
    return "\n".join(["ds | seller_id | community_id", *rows])


def has(n, kind, shop="a", day="03-10", since="03-01"):
    rows = [f"{day} | {shop} | {kind} | {kind}_{k} | 1 | {since} | 03-02" for k in range(n)]
    return "\n".join(["ds | seller_id | kind | value | times | first_seen | last_seen", *rows])


@CASES.rows(
    values=values(
        shared("phone", "agency's", "abc", 4.5, 0.99),
        shared("return_address", "depot", "ab", 20, -3.2),
        shared("phone", "own", "ab", 0, 6),
        shared("phone", "enough", "ab", 1, 1.0),
    ),
    communities=communities("abc"),
)
def test_a_value_that_says_too_little_is_a_hub_of_its_kinds_type(hubs):
    assert hubs() == ["phone agency's agency 3 4.5 1 0.99", "return_address depot forwarder 2 20 1 -3.2"]
    assert hubs("value reason") == [
        "agency's 3 suspect and about 4.5 honest shops use it: sharing it says 1.0 nats, less than the 1 that tie",
        "depot 2 suspect and about 20.0 honest shops use it: sharing it says -3.2 nats, less than the 1 that tie",
    ]


@CASES.rows(
    values=values(
        shared("text", "template", "aceg", 0, 4),
        shared("text", "one's own", "abc", 0, 4),
        shared("text", "half and half", "abce", 0, 4),
        shared("text", "two shops", "ac", 0, 4),
        shared("text", "loners", "xyz", 0, 4),
    ),
    communities=communities("ab", "cd", "ef"),
)
def test_a_value_spread_over_communities_without_a_main_one_is_a_hub(hubs):
    assert hubs() == ["text template template 4 0 3 4"]
    assert hubs("reason") == ["its 4 suspect shops are in 3 communities, at most 1 of them in one: it belongs to none"]


def test_a_shop_with_too_many_values_of_a_kind_is_a_switchboard(spark):
    found = transformed("links.hubs", "03-10", "03-10", **frames(spark, traits=has(MAX_VALUES + 1, "phone")))
    assert lines(found, "kind value hub suspects honest communities weight reason") == [
        "phone shop:a switchboard - - - - the shop has 41 values of this kind, more than 40: none of them counts as its own"
    ]


@CASES.rows(traits=has(MAX_VALUES, "phone"))
def test_as_many_values_as_a_shop_may_have_are_its_own(hubs):
    assert hubs() == []


@CASES.rows(traits=has(2 * MAX_VALUES, "device", since="01-14"))
def test_a_shop_that_is_known_for_longer_has_worn_out_more_values(hubs):
    assert hubs() == []  # the 57th day begins a second period


@CASES.rows(traits=has(MAX_VALUES + 1, "image"))
def test_pictures_and_texts_make_no_switchboard(hubs):
    assert hubs() == []


def test_what_stands_in_pictures_counts_as_it_does_where_values_are_shared(spark):
    traits = """
        ds    | seller_id | kind         | value | times | first_seen | last_seen
        03-10 | a         | image        | shown | 1     | 03-01      | 03-02
        03-10 | a         | text_contact | own   | 1     | 03-01      | 03-02
    """
    codes, phones = (",".join(f"{what}{k}" for k in range(MAX_VALUES)) for what in ("code", "phone"))
    pictures = f"""
        ds    | image_id | since | codes   | phone_keys
        03-10 | shown    | 03-01 | {codes} | {phones}
    """
    found = transformed("links.hubs", "03-10", "03-10", **frames(spark, traits=traits, pictures=pictures))
    assert lines(found, "kind value hub") == ["text_contact shop:a switchboard"]  # 41; of the codes there are 40


def senders(shops):
    """Shop -> `110.0 30.0`, where it sends from; forty scans each."""
    rows = [f"03-10 | {shop} | 1 | {' | '.join(at.split())} | 40 | 60" for shop, at in shops.items()]
    return "\n".join(["ds | seller_id | rank | lng | lat | scans | sigma_m", *rows])


def judged(suspects, honest):
    rows = [
        f"03-10 | {shop} | {str(shop in suspects).lower()} | {1 if shop in suspects else -6}"
        for shop in suspects + honest
    ]
    return "\n".join(["ds | seller_id | is_suspect | suspicion", *rows])


def test_a_place_from_which_many_honest_shops_send_as_well_is_listed_by_its_square(spark):
    crowd = {shop: f"110.0001{k} 30.0001{k}" for k, shop in enumerate("abcdefghij")}
    few = dict.fromkeys("klm", "112.0001 30.0001")
    one = dict.fromkeys("nopqrstu", "113.0001 30.0001")
    found = transformed(
        "links.hubs", "03-10", "03-10",
        **frames(
            spark, places=senders(crowd | few | one), communities=communities("ax", "by"),
            sellers=judged(suspects="abkln", honest="cdefghijmopqrstu"),
        ),
    )  # fmt: skip
    assert lines(found, "kind value hub suspects communities") == ["place 110.00025,30.00025 village 2 2"]
    (why,) = lines(found, "reason")
    assert why.startswith(
        "2 suspect and about 8.0 honest shops use it: sharing it says 0.1 nats, less than the 1 that tie"
    )


def test_several_sundays_at_once_are_the_same_as_one_by_one(spark):
    of_days = {
        "values": values(
            shared("phone", "p", "abcd", 5, 0.5), shared("phone", "p", "abcde", 7, 0.2, "03-17"),
            shared("text", "t", "ace", 0, 4), shared("text", "t", "ace", 0, 4, "03-17"),
        ),
        "communities": communities("ab", "cd") + "\n" + communities("ab", "cd", "ef", day="03-17").split("\n", 1)[1],
        "traits": has(41, "device") + "\n" + has(41, "device", "b", "03-17").split("\n", 1)[1],
    }  # fmt: skip
    given = frames(spark, **of_days)
    shown = "ds kind value suspects communities reason"
    at_once = lines(transformed("links.hubs", "03-10", "03-17", **given), shown)
    alone = [line for day in ("03-10", "03-17") for line in lines(transformed("links.hubs", day, day, **given), shown)]
    assert at_once == sorted(alone)
    assert [line.split()[:5] for line in at_once] == [
        ["03-10", "device", "shop:a", "-", "-"],
        ["03-10", "phone", "p", "4", "2"],
        ["03-10", "text", "t", "3", "2"],
        ["03-17", "device", "shop:b", "-", "-"],
        ["03-17", "phone", "p", "5", "3"],
        ["03-17", "text", "t", "3", "3"],
    ]


def frames(spark, **texts):
    reads = catalog()["links.hubs"].table.reads
    return {
        name: frame(spark, read.table, texts[name]) if name in texts else frame_of(spark, read.table, [])
        for name, read in reads.items()
    }
