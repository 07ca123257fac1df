"""links.traits: values that shops can share, once for each time they became known, and never a placeholder."""

import pytest

from jobs.graph.traits import KINDS
from tests.frames import Cases, frame, lines, transformed

CASES = Cases(
    "links.traits", "03-01", "03-31", ids="seller_id listing_id order_id buyer_seller_id",
    sellers="ds | seller_id", trades="ds | order_id", listings="ds | listing_id", texts="ds | listing_id",
)  # fmt: skip


@pytest.fixture
def traits(spark, request):
    return lambda columns: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    sellers="""
        ds    | seller_id | legal_name  | id_token | licence_key        | payout_account | phone_keys              | handle_keys | devices | ip_prefixes    | registered_address_key | return_address_key
        03-01 | company   | 林记鞋业公司 | id_1     | 91350100M000100Y43 | pay_1          | 13857204916,05942687315 | qq:48213377 | dev_1   | 203.0.113.0/24 | 荔城/荔园路/123        | 荔城/荔园路/5
        03-01 | person    | 林秀英      | -        | -                  | -              | ''                      | ''          | ''      | ''             | -                      | -
        03-01 | of_trade  | 欧阳建行    | -        | -                  | -              | ''                      | ''          | ''      | ''             | -                      | -
        03-01 | trader    | 荔城林记鞋店 | -        | -                  | -              | ''                      | ''          | ''      | ''             | -                      | -
    """
)
def test_a_shop_shows_what_it_registered_and_persons_names_tie_nobody(traits):
    assert traits("ds seller_id kind value times") == [
        "03-01 company company_name 林记鞋业公司 1",
        "03-01 company device dev_1 1",
        "03-01 company handle qq:48213377 1",
        "03-01 company id_token id_1 1",
        "03-01 company ip_prefix 203.0.113.0/24 1",
        "03-01 company licence 91350100M000100Y43 1",
        "03-01 company payout_account pay_1 1",
        "03-01 company phone 05942687315 1",
        "03-01 company phone 13857204916 1",
        "03-01 company registered_address 荔城/荔园路/123 1",
        "03-01 company return_address 荔城/荔园路/5 1",
        "03-01 company text_contact 05942687315 1",
        "03-01 company text_contact 13857204916 1",
        "03-01 company text_contact qq:48213377 1",
        "03-01 trader company_name 荔城林记鞋店 1",
    ]


@CASES.rows(
    trades="""
        ds    | order_id | seller_id | sender_phone_key | sender_account | sender_address_key | is_first_shipment
        03-02 | o1       | s         | 13857204916      | acc            | 荔城/荔园路/123    | true
        03-03 | o1       | s         | 13857204916      | acc            | 荔城/荔园路/123    | false
        03-03 | o2       | s         | -                | acc            | -                  | true
        03-03 | o3       | s         | -                | acc            | -                  | true
        03-03 | o4       | s         | -                | -              | -                  | true
    """
)
def test_a_parcel_counts_once_on_the_day_it_is_known(traits):
    assert traits("ds kind value times") == [
        "03-02 sender_account acc 1",
        "03-02 sender_address 荔城/荔园路/123 1",
        "03-02 sender_phone 13857204916 1",
        "03-03 sender_account acc 2",
    ]


@CASES.rows(
    trades="""
        ds    | order_id | seller_id | buyer_seller_id | first_scan_lng | first_scan_lat | is_first | is_first_shipment | is_first_scan
        03-02 | o1       | mill      | shop            | 119.0001       | 25.4001        | true     | true              | true
    """
)
def test_where_a_parcel_starts_and_who_bought_it_are_no_traits(traits):
    assert traits("seller_id kind value") == []


@CASES.rows(
    listings="""
        ds    | listing_id | seller_id | image_ids
        03-01 | l1         | a         | i1,i2
        03-01 | l2         | b         | i2
        03-01 | l3         | c         | ''
    """,
    texts="""
        ds    | listing_id | seller_id | description_template | title_template | phone_keys  | handle_keys
        03-01 | l1         | a         | d1                   | t1             | 13857204916 | wechat:abcd1234
        03-01 | l2         | b         | d1                   | -              | ''          | wechat:abcd1234
        03-01 | l4         | b         | d1                   | -              | ''          | ''
        03-01 | l3         | c         | -                    | -              | ''          | ''
    """,
)
def test_pictures_templates_and_contacts_of_listings_are_traits(traits):
    assert traits("seller_id kind value times") == [
        "a image i1 1",
        "a image i2 1",
        "a text d1 1",
        "a text_contact 13857204916 1",
        "a text_contact wechat:abcd1234 1",
        "a text_template t1 1",
        "b image i2 1",
        "b text d1 2",
        "b text_contact wechat:abcd1234 1",
    ]


def test_every_kind_of_trait_has_a_family_and_a_base():
    families = {"identity", "payment", "device", "contact", "address", "logistics", "image", "text", "supply"}
    assert {kind.family for kind in KINDS.values()} == families
    assert all(kind.base > 0 for kind in KINDS.values())


def test_trait_states_add_up_over_the_weeks_and_resumed(spark):
    traits = """
        ds    | seller_id | kind  | value | times
        03-01 | s         | phone | p     | 1
        03-03 | s         | phone | p     | 2
        03-05 | s         | phone | p     | 4
        03-16 | s         | phone | q     | 1
        03-08 | t         | phone | p     | 1
    """
    seen = frame(spark, "links.traits", traits)
    shown = "ds seller_id kind value times first_seen last_seen"
    at_once = transformed("links.trait_states", "03-01", "03-17", traits=seen)
    assert lines(at_once, shown) == [
        "03-03 s phone p 3 03-01 03-03",
        "03-10 s phone p 7 03-01 03-05",
        "03-10 t phone p 1 03-08 03-08",
        "03-17 s phone p 7 03-01 03-05",
        "03-17 s phone q 1 03-16 03-16",
        "03-17 t phone p 1 03-08 03-08",
    ]
    until = at_once.where("ds <= date'2024-03-10'").localCheckpoint()
    resumed = transformed("links.trait_states", "03-11", "03-17", {"traits": until}, traits=seen)
    assert lines(until.unionByName(resumed), shown) == lines(at_once, shown)
