"""evidence.listing_text: words, contacts and templates of each listing, as keys."""

from tests.frames import frame, lines, transformed

STORY = "面料经过十道工序，细节请看图，尺码偏大建议拍小一码，做工扎实走线整齐，包装完整带吊牌，支持七天无理由退换，发货前逐件检查"


def test_a_listing_shows_its_words_contacts_and_templates(spark):
    listings = f"""
        ds    | listing_id | seller_id | title              | description                          | brand_text
        03-01 | graded     | s         | 维*拉 高.仿 1:1 闲置 | {STORY}，加v：ABCD1234 139-5720-4916  | 维*拉
        03-02 | graded     | s         | 正品同款            | -                                    | -
        03-02 | sample     | t         | 鞋                 | 电话13800138000，微信 aaaaaaa          | -
        03-02 | copied     | t         | 鞋                 | 维*拉 {STORY}                         | 维*拉
        03-02 | empty      | t         | ''                 | -                                    | -
    """
    found = transformed("evidence.listing_text", "03-01", "03-02", listings=frame(spark, "core.listings", listings))
    assert lines(found, "ds listing_id seller_id grade_words genuine_words used_words compatible_words phone_keys handle_keys") == [
        "03-01 graded s 1:1,高仿 '' 闲置 '' 13957204916 wechat:abcd1234",
        "03-02 copied t '' '' '' '' '' ''",
        "03-02 empty t '' '' '' '' '' ''",
        "03-02 graded s '' 正品 '' 同款 '' ''",
        "03-02 sample t '' '' '' '' '' ''",
    ]  # fmt: skip
    keys = dict(
        line.split()
        for line in lines(found.where("description_template IS NOT NULL"), "listing_id description_template")
    )
    assert set(keys) == {"graded", "copied"}
    assert keys["graded"] == keys["copied"]
