"""core.sellers: what a shop registered, as keys that can be compared."""

from tests.frames import frame, lines, transformed


def test_raw_values_become_keys_and_placeholders_and_repeats_go(spark):
    sellers = """
        ds    | seller_id | licence_no         | id_token | payout_account | phones                                      | handles                                   | devices        | ip_prefixes
        03-01 | s1        | 91350100m000100y43 | ' id_1'  | pay_9fK2       | 138 5720 4916,+8613857204916,0594-2687315,无 | 微信:Shoe_King,wechat:shoe_king,wechat:无 | dev_b,dev_a,na | 203.0.113.7,203.0.113.0/24,192.168.1.1
        03-01 | s2        | 12345              | none     | 0000           | ''                                          | shoe_king                                 | ''             | ''
        03-02 | s1        | -                  | -        | -              | -                                           | -                                         | -              | -
    """
    found = transformed(
        "core.sellers", "03-01", "03-02", sellers=frame(spark, "staging.sellers", sellers.replace("' id_1'", "id_1"))
    )
    assert lines(
        found, "ds seller_id licence_key id_token payout_account phone_keys handle_keys devices ip_prefixes"
    ) == [
        "03-01 s1 91350100M000100Y43 id_1 pay_9fK2 05942687315,13857204916 wechat:shoe_king dev_a,dev_b 203.0.113.0/24",
        "03-01 s2 - - - '' '' '' ''",
        "03-02 s1 - - - '' '' '' ''",
    ]


def test_addresses_have_a_key_beside_what_was_typed(spark):
    sellers = """
        ds    | seller_id | registered_address               | return_address
        03-01 | s1        | 福建省莆田市荔城区荔园路123号301室 | 无
        03-01 | s2        | 荔城区荔园路123#                 | -
    """
    found = transformed("core.sellers", "03-01", "03-01", sellers=frame(spark, "staging.sellers", sellers))
    assert lines(found, "seller_id registered_address registered_address_key return_address return_address_key") == [
        "s1 福建省莆田市荔城区荔园路123号301室 荔城|荔园路|123 无 -",
        "s2 荔城区荔园路123# 荔城|荔园路|123 - -",
    ]
