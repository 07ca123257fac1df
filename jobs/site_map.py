"""Where leads make, pack, send from and take returns: one picture in SVG, drawn from the places alone.

Equirectangular, true to scale in the middle. Boundaries are a file of the reader's own (GeoJSON, degrees, WGS-84) and
lie behind the places; a grid of degrees does so always.
"""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.errors import UsageError

KINDS = ("made_at", "packed_at", "shipped_from", "returned_to")
WIDTH = 900
# Room around the places, as a share of their extent; what is shown at least, degrees.
MARGIN, LEAST_DEGREES = 0.08, 1.0
# A line of the grid every so many degrees: the first step that gives no more than MOST_LINES.
STEPS, MOST_LINES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20), 8
# Boundaries are drawn to a pixel; what lies closer together is left out.
PIXEL = 1.0


@dataclass(frozen=True)
class Site:
    """A place of a lead. lng, lat: degrees, WGS-84, None when the evidence does not hold one (then only a county, maybe)."""

    kind: str
    lng: float | None
    lat: float | None
    radius_m: float | None
    region_code: str | None
    probability: float
    because: str


@dataclass(frozen=True)
class Mark:
    """A place on the picture, in pixels; number: the lead's rank; name: what a pointer is told."""

    x: float
    y: float
    kind: str
    number: int
    racket_id: str
    name: str


@dataclass(frozen=True)
class Map:
    """What the template draws. lines: grid lines (x1, y1, x2, y2, label); paths: SVG path data of boundaries."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    lines: tuple[tuple[float, float, float, float, str], ...]
    paths: tuple[str, ...]


def read_boundaries(path: Path) -> list[list[tuple[float, float]]]:
    """Lines and rings of a GeoJSON file, degrees. Raises UsageError for a file that is none."""
    try:
        found = [list(_points(line)) for line in _lines_of(json.loads(path.read_text(encoding="utf-8")))]
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise UsageError(f"boundaries {path}: not a GeoJSON file of lines or areas ({error})") from None
    if not found:
        raise UsageError(f"boundaries {path}: no line and no area in it")
    return found


def _lines_of(shape: dict[str, Any]) -> Iterator[Sequence[Any]]:
    kind = shape["type"]
    if kind == "FeatureCollection":
        for feature in shape["features"]:
            yield from _lines_of(feature)
    elif kind == "Feature":
        if shape["geometry"] is not None:
            yield from _lines_of(shape["geometry"])
    elif kind == "GeometryCollection":
        for part in shape["geometries"]:
            yield from _lines_of(part)
    elif kind == "LineString":
        yield shape["coordinates"]
    elif kind in ("MultiLineString", "Polygon"):
        yield from shape["coordinates"]
    elif kind == "MultiPolygon":
        for area in shape["coordinates"]:
            yield from area
    elif kind not in ("Point", "MultiPoint"):
        raise ValueError(f"type {kind!r}")


def _points(line: Sequence[Any]) -> Iterator[tuple[float, float]]:
    for point in line:
        lng, lat = float(point[0]), float(point[1])
        if not (-180 <= lng <= 180 and -90 <= lat <= 90):
            raise ValueError(f"{lng}, {lat} is no place in degrees")
        yield lng, lat


def drawn(
    sites: Iterable[tuple[int, str, Site]], boundaries: Sequence[Sequence[tuple[float, float]]] = ()
) -> Map | None:
    """The picture of the sites (rank, racket_id, site) that have a position; None when none has."""
    placed = [(rank, racket, site) for rank, racket, site in sites if site.lng is not None and site.lat is not None]
    if not placed:
        return None
    lngs, lats = [site.lng or 0.0 for *_, site in placed], [site.lat or 0.0 for *_, site in placed]
    middle = (min(lats) + max(lats)) / 2
    flat = max(math.cos(math.radians(middle)), 0.1)
    west, east = _span(lngs, LEAST_DEGREES / flat)
    south, north = _span(lats, LEAST_DEGREES)
    # A degree of latitude is longer than one of longitude; a high narrow picture is made as wide as it is high.
    if (north - south) / flat > east - west:
        wider = (north - south) / flat - (east - west)
        west, east = west - wider / 2, east + wider / 2
    scale = WIDTH / (east - west)
    height = round((north - south) / flat * scale)

    def at(lng: float, lat: float) -> tuple[float, float]:
        return round((lng - west) * scale, 1), round((north - lat) / flat * scale, 1)

    marks = [
        Mark(*at(site.lng or 0.0, site.lat or 0.0), site.kind, rank, racket, f"{rank}. {racket} {described(site)}")
        for rank, racket, site in placed
        if site.kind in KINDS
    ]
    # What is surest is drawn last, on top.
    marks.sort(key=lambda mark: (-KINDS.index(mark.kind), -mark.number))
    paths = [path for line in boundaries if (path := _path([at(*point) for point in line], height))]
    return Map(WIDTH, height, tuple(marks), tuple(_grid(west, east, south, north, at)), tuple(paths))


def described(site: Site) -> str:
    """`made at 25.43421, 119.01020 (± 60 m, 93% sure, county 350304): …`, or that it is not known."""
    county = f"county {site.region_code}" if site.region_code else ""
    kind = site.kind.replace("_", " ")
    if site.lng is None or site.lat is None:
        return f"{kind} {county or 'not known'}: {site.because}"
    facts = [f"± {site.radius_m:,.0f} m" if site.radius_m is not None else "", f"{site.probability:.0%} sure", county]
    return f"{kind} {site.lat:.5f}, {site.lng:.5f} ({', '.join(filter(None, facts))}): {site.because}"


def _span(values: Sequence[float], least: float) -> tuple[float, float]:
    room = max((max(values) - min(values)) * MARGIN, (least - (max(values) - min(values))) / 2, least * MARGIN)
    return min(values) - room, max(values) + room


def _grid(
    west: float, east: float, south: float, north: float, at: Any
) -> Iterator[tuple[float, float, float, float, str]]:
    step = next((s for s in STEPS if max(east - west, north - south) / s <= MOST_LINES), STEPS[-1])
    for k in range(math.ceil(west / step), math.floor(east / step) + 1):
        yield *at(k * step, north), *at(k * step, south), f"{abs(k * step):g}° {'E' if k >= 0 else 'W'}"
    for k in range(math.ceil(south / step), math.floor(north / step) + 1):
        yield *at(west, k * step), *at(east, k * step), f"{abs(k * step):g}° {'N' if k >= 0 else 'S'}"


def _path(points: Sequence[tuple[float, float]], height: int) -> str | None:
    """SVG path data of a line that comes near the picture, its points a pixel or more apart."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    if not points or max(xs) < 0 or min(xs) > WIDTH or max(ys) < 0 or min(ys) > height:
        return None
    kept = [points[0]]
    for x, y in points[1:]:
        if abs(x - kept[-1][0]) >= PIXEL or abs(y - kept[-1][1]) >= PIXEL:
            kept.append((x, y))
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in kept) if len(kept) > 1 else None
