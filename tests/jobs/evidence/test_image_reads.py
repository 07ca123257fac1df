"""evidence.image_reads: what each delivered picture shows, or why not, by day as in one range, and read once."""

from simulator.pictures import stamp, write
from tests.drawn import delivered, drawn, encoded
from tests.frames import day, frame_of, lines, stacked, transformed

CODE = "https://u.example.cn/kx93bd2k"
SHOWN = "ds image_id reason format width height phash codes phone_keys handle_keys reader"


def test_a_picture_shows_its_words_and_codes_and_a_broken_one_its_reason(spark, landing):
    written = encoded(write(write(drawn(3, 400), "微信：KX93bd2k", 24, (60, 100)), "电话 138-5720-4916", 24, (60, 260)))
    rows = [
        delivered(landing, "2024-03-04", "written.jpg", written),
        delivered(landing, "2024-03-04", "coded.png", encoded(stamp(drawn(1), CODE), "PNG")),
        delivered(landing, "2024-03-04", "refused.jpg", b"<html>403 Forbidden</html>"),
        {"image_id": "nowhere", "path": "files/nowhere.jpg", "sha256": "0" * 64, "bytes": 1},
        {"image_id": "outside", "path": "../../../etc/passwd", "sha256": "0" * 64, "bytes": 1},
    ]
    rows[1]["sha256"] = rows[1]["sha256"].upper()
    found = read(spark, landing, rows, "03-04", "03-04", ocr=True)
    assert lines(found, "image_id reason format width codes phone_keys handle_keys") == [
        f"coded - png 144 {CODE} '' ''",
        "nowhere missing_file - - - '' ''",
        "outside outside_folder - - - '' ''",
        "refused other_format - - - '' ''",
        "written - jpeg 400 '' 13857204916 wechat:kx93bd2k",
    ]
    said = found.where("image_id = 'written'").first()["lines"]
    assert [line["text"].lower().replace(" ", "") for line in said] == ["微信：kx93bd2k", "电话138-5720-4916"]
    assert all(len(line["box"]) == 8 and min(line["box"]) >= 0 and max(line["box"]) <= 1000 for line in said)


def test_days_give_the_same_alone_and_in_one_range_whatever_was_known(spark, landing):
    """A file that is missing on the first day, there on the second, broken on the third: each day says what its file is."""
    same, other = encoded(stamp(drawn(1), CODE), "PNG"), encoded(drawn(2))
    rows = [
        {**delivered(landing, "2024-03-05", "a.png", same), "ds": "03-04"},
        {**delivered(landing, "2024-03-05", "a.png", same), "ds": "03-05"},
        {**delivered(landing, "2024-03-05", "copy.png", same), "ds": "03-05"},
        {**delivered(landing, "2024-03-06", "b.jpg", other), "ds": "03-06"},
        {**delivered(landing, "2024-03-07", "b.jpg", other), "ds": "03-07"},
        {**delivered(landing, "2024-03-06", "a.png", same), "ds": "03-06"},
    ]
    (landing / "images" / "dt=2024-03-06" / "files" / "a.png").write_bytes(b"another")
    nothing = read(spark, landing, rows, "03-04", "03-07")
    assert lines(nothing, "ds image_id reason codes") == [
        "03-04 a missing_file -",
        f"03-05 a - {CODE}",
        f"03-05 copy - {CODE}",
        "03-06 a wrong_sha256 -",
        "03-06 b - ''",
        "03-07 b - ''",
    ]
    known, by_day = frame_of(spark, "evidence.image_reads", []), []
    for each in ("03-04", "03-05", "03-06", "03-07"):
        by_day.append(read(spark, landing, rows, each, each, known=known).localCheckpoint())
        known = stacked(by_day)
    assert lines(known, SHOWN) == lines(nothing, SHOWN)


def test_what_was_read_before_by_the_same_reader_is_not_read_again(spark, landing):
    row = delivered(landing, "2024-03-05", "a.png", encoded(stamp(drawn(1), CODE), "PNG"))
    before = {"ds": day("03-01"), "image_id": "x", "sha256": row["sha256"], "format": "png", "width": 1, "height": 1,
              "lines": [], "codes": ["as it was read then"], "reader": "1 without words"}  # fmt: skip
    for changed, codes in (
        ({}, "as it was read then"),
        ({"reader": "1"}, CODE),
        ({"reason": "missing_file", "codes": None}, CODE),
        ({"sha256": "0" * 64}, CODE),
    ):
        known = frame_of(spark, "evidence.image_reads", [{**before, **changed}])
        assert lines(read(spark, landing, [row], "03-05", "03-05", known=known), "codes") == [codes]


def test_words_are_not_read_when_they_are_switched_off(spark, landing):
    written = encoded(write(stamp(drawn(3), CODE), "微信:kx93bd2k", 13, (4, 20)), "PNG")
    row = delivered(landing, "2024-03-05", "a.png", written)
    shown = "codes handle_keys reader"
    assert lines(read(spark, landing, [row], "03-05", "03-05"), shown) == [f"{CODE} '' 1 without words"]
    assert lines(read(spark, landing, [row], "03-05", "03-05", ocr=True), shown) == [f"{CODE} wechat:kx93bd2k 1"]


def read(spark, landing, rows, first, last, known=None, ocr=False):
    """The table over a range. Rows are of the first day unless they say another."""
    dated = [{**row, "ds": day(row.get("ds", first))} for row in rows]
    return transformed(
        "evidence.image_reads", first, last, images=frame_of(spark, "staging.images", dated),
        known=known if known is not None else frame_of(spark, "evidence.image_reads", []), landing=str(landing), ocr=ocr,
    )  # fmt: skip
