"""The leads of a day for a person: lines for a terminal, and a page that a real browser opens."""

import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from datetime import date, datetime
from decimal import Decimal

import pytest

from jobs import site_map, summary
from jobs.errors import UsageError
from jobs.site_map import Site

DAY = date(2024, 3, 31)
HOSTILE = "<script>document.title='owned'</script><img src='http://outside.test/x' onerror=\"document.title='owned'\">"
MADE = Site("made_at", 119.01, 25.43, 60.0, "350304", 0.934, "14 parcels of materials came here")
SENT = Site("shipped_from", 119.2, 25.5, 90.0, "350303", 0.71, "40 parcels of its orders start here")
UNKNOWN = Site("returned_to", None, None, None, None, 0.1, "nothing known points to a place")


def lead(rank, racket, sites=(MADE, SENT, UNKNOWN), shop="some shop", why=("9 shops are held together",)):
    return summary.Lead(
        rank, racket, 0.97, 9, 1234, Decimal(80_000), Decimal(90_000), Decimal(120_000), Decimal(50_000), True, "350304", 3,
        ("b1", "b2"), ("sneakers",), datetime(2024, 3, 1), datetime(2024, 3, 30), why, (("s1", shop, "shop", "core"),), sites,
    )  # fmt: skip


# --- the picture --------------------------------------------------------------------------------


def marks(picture):
    return [(mark.number, mark.kind, mark.x, mark.y) for mark in picture.marks]


def test_places_lie_on_the_picture_as_on_the_earth_and_making_is_drawn_last():
    picture = site_map.drawn([(1, "R1", MADE), (1, "R1", SENT), (1, "R1", UNKNOWN)])
    (sent, made) = picture.marks
    assert (sent.kind, made.kind) == ("shipped_from", "made_at")
    assert all(0 <= m.x <= picture.width and 0 <= m.y <= picture.height for m in picture.marks)
    # 0.19 degrees east at 25.5° N are 19.1 km, 0.07 degrees north 7.8 km.
    assert (sent.x - made.x) / (made.y - sent.y) == pytest.approx(0.19 * 0.903 / 0.07, rel=0.01)


def test_one_place_gets_a_degree_around_it_and_far_ones_the_room_they_need():
    alone = site_map.drawn([(1, "R1", MADE)])
    assert marks(alone) == [(1, "made_at", alone.width / 2, pytest.approx(alone.height / 2, abs=1))]
    ends = [Site("made_at", lng, lat, 60.0, None, 0.9, "") for lng, lat in ((74.0, 38.0), (134.0, 53.0), (110.0, 18.0))]
    wide = site_map.drawn([(n, f"R{n}", site) for n, site in enumerate(ends, 1)])
    assert all(0 < m.x < wide.width and 0 < m.y < wide.height for m in wide.marks)
    assert 2 < len(wide.lines) <= 2 * (site_map.MOST_LINES + 1)


def test_a_tall_picture_keeps_all_places():
    ends = [Site("made_at", 119.0, lat, 60.0, None, 0.9, "") for lat in (20.0, 53.0)]
    tall = site_map.drawn([(1, "R1", ends[0]), (2, "R2", ends[1])])
    assert all(0 < m.x < tall.width and 0 < m.y < tall.height for m in tall.marks)


def test_without_a_position_there_is_no_picture():
    assert site_map.drawn([(1, "R1", UNKNOWN)]) is None
    assert site_map.drawn([]) is None


def boundary(tmp_path, shape):
    path = tmp_path / "b.geojson"
    path.write_text(shape if isinstance(shape, str) else json.dumps(shape))
    return path


def test_boundaries_are_lines_and_rings_of_geojson_and_far_ones_are_left_out(tmp_path):
    near, far = [[118.9, 25.3], [119.3, 25.3], [119.3, 25.6]], [[80, 40], [81, 40]]
    shape = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [near]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[far]]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "MultiLineString", "coordinates": [near]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries": [
            {"type": "LineString", "coordinates": near}, {"type": "Point", "coordinates": [119, 25]}]}},
        {"type": "Feature", "properties": {}, "geometry": None},
    ]}  # fmt: skip
    lines = site_map.read_boundaries(boundary(tmp_path, shape))
    assert [len(line) for line in lines] == [3, 2, 3, 3]
    picture = site_map.drawn([(1, "R1", MADE)], lines)
    assert len(picture.paths) == 3
    assert all(re.fullmatch(r"M-?[\d.]+ -?[\d.]+(L-?[\d.]+ -?[\d.]+)+", path) for path in picture.paths)


@pytest.mark.parametrize(
    "shape",
    [
        "", "[]", "nonsense", {"type": "Topology"}, {"type": "FeatureCollection", "features": []}, {"type": "LineString"},
        {"type": "LineString", "coordinates": [[1]]}, {"type": "LineString", "coordinates": [[500, 9], [1, 1]]},
        {"type": "LineString", "coordinates": [["a", "b"]]},
    ],
)  # fmt: skip
def test_a_file_that_is_no_boundary_is_named(tmp_path, shape):
    with pytest.raises(UsageError, match=r"b\.geojson"):
        site_map.read_boundaries(boundary(tmp_path, shape))
    with pytest.raises(UsageError, match="nowhere"):
        site_map.read_boundaries(tmp_path / "nowhere")


# --- lines --------------------------------------------------------------------------------------


def test_a_lead_is_told_with_value_threshold_place_and_reasons():
    head, row, *told = summary.lines([lead(1, "R1")], {"R1": "true"})
    assert head.split()[:3] == ["rank", "racket", "score"]
    assert row.split() == ["1", "R1", "0.97", "9", "1,234", "¥90,000", "over", "¥50,000", "b1,", "b2", "|", "true"]
    assert [line.strip() for line in told] == [
        "made at 25.43000, 119.01000 (± 60 m, 93% sure, county 350304): 14 parcels of materials came here",
        "9 shops are held together",
    ]


def test_the_place_of_sending_stands_in_for_a_place_of_making_that_is_not_known():
    made = Site("made_at", None, None, None, "350304", 0.3, "too little")
    assert "sent" not in summary.lines([lead(1, "R1", (MADE, SENT))])[2]
    assert summary.lines([lead(1, "R1", (made, SENT))])[2].strip().startswith("shipped from 25.5")
    assert summary.lines([lead(1, "R1", (made,))])[2].strip() == "made at county 350304: too little"


# --- the page in a browser ----------------------------------------------------------------------


class Outside(http.server.BaseHTTPRequestHandler):
    """Everything that is not on the page: it notes what is asked for."""

    asked: list[str] = []  # noqa: RUF012

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.fixture
def browser(tmp_path):
    """Opens a page in a headless browser: its document as it stands then, what it logged, what it asked from outside."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("no Chromium is installed (apt-get install chromium)")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Outside.asked = []

    def opened(page):
        path = tmp_path / "leads.html"
        summary.write(path, page)
        done = subprocess.run(
            [
                program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
                "--disable-features=NetworkTimeServiceQuerying,OptimizationHints,MediaRouter",
                f"--user-data-dir={tmp_path / 'profile'}", f"--proxy-server=127.0.0.1:{server.server_port}",
                "--enable-logging=stderr", "--virtual-time-budget=2000", "--dump-dom", path.as_uri(),
            ],
            capture_output=True, text=True, timeout=120, check=True, env={**os.environ, "HOME": str(tmp_path)},
        )  # fmt: skip
        console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
        return done.stdout, console, list(Outside.asked)

    yield opened
    server.shutdown()


def test_a_browser_draws_the_map_and_loads_nothing_from_outside(browser):
    page = summary.page([lead(1, "R1"), lead(2, "R2", (SENT,))], DAY, {"R1": "a note"})
    document, console, asked = browser(page)
    assert (console, asked) == ([], [])
    assert "<title>Leads of 2024-03-31</title>" in document
    picture = document[document.index('<svg id="map"') : document.index("</svg>")]
    assert picture.count("<circle") == 3
    assert picture.count('class="made_at"') == 1
    assert "made at 25.43000, 119.01000" in document
    assert "a note" in document


def test_hostile_names_and_sentences_stay_text_in_a_browser(browser):
    hostile = Site("made_at", 119.01, 25.43, 60.0, "350304", 0.9, HOSTILE)
    page = summary.page([lead(1, "R1", (hostile,), HOSTILE, (HOSTILE,))], DAY, {"R1": HOSTILE})
    document, console, asked = browser(page)
    assert (console, asked) == ([], [])
    assert "<title>Leads of 2024-03-31</title>" in document
    assert "<script" not in document and "<img" not in document
    # Shown whole, wherever it stands: as a name, a reason, a note, a place's reason in the list and on the map.
    assert document.count("&lt;script&gt;") == 5


def test_the_browser_would_tell_of_a_script_error_and_of_what_is_loaded(browser):
    document, console, asked = browser(
        "<title>x</title><script>nothing.here()</script><img src='http://outside.test/seen'>"
    )
    assert len(console) == 1 and "nothing is not defined" in console[0]
    assert any("seen" in path for path in asked)
    assert "<title>x</title>" in document
