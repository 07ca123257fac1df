"""Places: counties, points in them, the three datums, and the many ways one address is written."""

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Constants of the GCJ-02 obfuscation as published by independent re-implementations: the Krasovsky
# ellipsoid (semi-major axis in metres, squared eccentricity), and BD-09's own additional twist.
KRASOVSKY_A = 6378245.0
KRASOVSKY_EE = 0.00669342162296594323
BD_TWIST = math.pi * 3000.0 / 180.0

METRES_PER_DEGREE = 111_195.0


@dataclass(frozen=True)
class County:
    """A county-level division; the centre is WGS-84."""

    code: str
    name: str
    city: str
    province: str
    lng: float
    lat: float
    made: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A point where goods are made, packed or handed over, and the parts of its written address."""

    lng: float
    lat: float
    county: int  # index into COUNTIES
    town: str
    street: str
    number: int
    unit: str


def load_counties() -> tuple[County, ...]:
    """The county table beside this module (its first line names the source)."""
    with open(Path(__file__).with_name("counties.csv"), encoding="utf-8") as f:
        rows = csv.DictReader(line for line in f if not line.startswith("#"))
        return tuple(
            County(
                r["code"],
                r["county"],
                r["city"],
                r["province"],
                float(r["lng"]),
                float(r["lat"]),
                tuple(r["made"].split()),
            )
            for r in rows
        )


COUNTIES = load_counties()
CENTRES = np.array([(c.lng, c.lat) for c in COUNTIES])

TOWNS = ["东山", "西埔", "北岭", "南溪", "上塘", "下沙", "新桥", "石桥", "黄石", "白塔", "双桥", "龙湾", "梅林", "高桥",
         "沙井", "大朗", "平湖", "江口", "拱辰", "凤凰", "安海", "陈埭", "洪濑", "柳市", "横店", "城东", "城西", "河头",
         "古田", "青阳"]  # fmt: skip
STREETS = ["建设路", "工业路", "创业路", "兴业街", "人民路", "解放路", "和平路", "振兴路", "长江路", "环城北路", "环城南路",
           "科技大道", "学院路", "新华街", "富民路", "延寿路", "荔园路", "八二一街", "中兴路", "永安路"]  # fmt: skip
VILLAGES = ["上林村", "下林村", "后坑村", "前洋村", "湖东村", "溪尾村", "坂头村", "吴厝村", "新厝村", "岭下村", "沙堤村",
            "田边村", "石井村", "东埔村", "西洋村", "赤岭村"]  # fmt: skip
UNITS = ["", "", "", "3楼", "B栋201", "2号楼5层", "后门", "厂房C座", "1单元602", "A区12档", "仓库"]


def shifted(lng, lat, east_m, north_m):
    """The point (or points) so many metres east and north of another."""
    dlat = np.asarray(north_m) / METRES_PER_DEGREE
    dlng = np.asarray(east_m) / (METRES_PER_DEGREE * np.cos(np.asarray(lat) * np.pi / 180))
    return lng + dlng, lat + dlat


def gcj02_from_wgs84(lng, lat):
    """WGS-84 degrees to GCJ-02, the datum that maps inside China must use; arrays allowed."""
    lng, lat = np.asarray(lng, float), np.asarray(lat, float)
    x, y = lng - 105.0, lat - 35.0
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    dy = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + wave
    dy += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    dy += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    dx = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + wave
    dx += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    dx += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = lat / 180.0 * np.pi
    magic = 1 - KRASOVSKY_EE * np.sin(phi) ** 2
    root = np.sqrt(magic)
    dlat = dy * 180.0 / ((KRASOVSKY_A * (1 - KRASOVSKY_EE)) / (magic * root) * np.pi)
    dlng = dx * 180.0 / (KRASOVSKY_A / root * np.cos(phi) * np.pi)
    return lng + dlng, lat + dlat


def bd09_from_gcj02(lng, lat):
    """GCJ-02 degrees to BD-09; arrays allowed."""
    lng, lat = np.asarray(lng, float), np.asarray(lat, float)
    z = np.hypot(lng, lat) + 0.00002 * np.sin(lat * BD_TWIST)
    theta = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * BD_TWIST)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def counties_making(category: str) -> list[int]:
    """Indices of counties where a category is typically made; every county when none is known for it."""
    found = [i for i, c in enumerate(COUNTIES) if category in c.made]
    return found or list(range(len(COUNTIES)))


def draw_point(r, county: int, spread_m: float = 2500.0) -> tuple[float, float]:
    """A point around a county's centre that is nearer to this centre than to any other.

    So the nearest centre always names the county in which the point was drawn.
    """
    c = COUNTIES[county]
    while True:
        lng, lat = shifted(c.lng, c.lat, r.gauss(0, spread_m), r.gauss(0, spread_m))
        d = np.hypot((CENTRES[:, 0] - lng) * math.cos(lat * math.pi / 180), CENTRES[:, 1] - lat)
        if int(d.argmin()) == county:
            return float(lng), float(lat)


def draw_place(r, county: int, village: bool = False, spread_m: float = 2500.0) -> Place:
    """A new place in a county, on a street or in a village."""
    lng, lat = draw_point(r, county, spread_m)
    street = r.choice(VILLAGES) if village else r.choice(STREETS)
    town = r.choice(TOWNS) + ("镇" if village or r.random() < 0.4 else "街道")
    return Place(lng, lat, county, town, street, r.randint(1, 999), r.choice(UNITS))


def neighbour(r, place: Place, metres: float) -> Place:
    """A house next door: the same street, another number, a few tens of metres away."""
    lng, lat = shifted(place.lng, place.lat, r.gauss(0, metres), r.gauss(0, metres))
    return Place(float(lng), float(lat), place.county, place.town, place.street, r.randint(1, 999), r.choice(UNITS))


FULL_WIDTH = {ord("0") + i: 0xFF10 + i for i in range(10)}


def spellings(p: Place) -> tuple[str, str, str, str, str]:
    """Five spellings of one address, from the complete one to what a hurried person writes."""
    c = COUNTIES[p.county]
    city = "" if c.city == c.province else c.city
    county = "" if c.name == c.city else c.name
    house = f"{p.number}号"
    return (
        f"{c.province}{city}{county}{p.town}{p.street}{house}{p.unit}",
        f"{city or c.province}{county}{p.town}{p.street}{p.number}#{p.unit}",
        f"{c.province} {city} {county} {p.town} {p.street}{house} {p.unit}".strip(),
        f"{c.province[:2]}{city[:2]}{county}{p.street}{house.translate(FULL_WIDTH)}",
        f"{county or city}{p.town}{p.street}{house}({p.unit or '放门卫'})",
    )
