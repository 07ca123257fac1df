"""Where a shop's parcels are picked up: up to three centres of the places of their first scans."""

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pyarrow as pa

from jobs.graph.compiled import compiled
from jobs.graph.near import METRES_PER_DEGREE

# Couriers scan within a few hundred metres of the pick-up.
NEAR_M, CLEAR_M = 400.0, 600.0
# A place where a shop hardly ever sends from is an accident.
MIN_SCANS, MIN_SHARE, MAX_MODES = 3, 0.15, 3
# Days in which a scan comes to count half: after three weeks a new pick-up has more than the one before it.
HALF_LIFE = 14.0

SCHEMA = pa.schema(
    [
        ("ds", pa.date32()), ("seller_id", pa.string()), ("rank", pa.int32()), ("lng", pa.float64()), ("lat", pa.float64()),
        ("scans", pa.int64()), ("share", pa.float64()), ("sigma_m", pa.float64()),
        ("recent", pa.float64()), ("first_seen", pa.date32()), ("last_seen", pa.date32()),
    ]
)  # fmt: skip


@compiled()
def modes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Dense spots among points in metres. Returns rows (x, y, points, sigma): centre, how many, spread per axis.

    The point with most neighbours begins a spot; its centre moves to the mean of what is near until it rests.
    O(points squared): the caller bounds the points.
    """
    n = len(x)
    free = np.ones(n, np.bool_)
    found = np.zeros((MAX_MODES, 4))
    rank = 0
    while rank < MAX_MODES:
        best, most = -1, 0
        for i in range(n):
            if free[i]:
                near = 0
                for j in range(n):
                    if free[j] and (x[i] - x[j]) ** 2 + (y[i] - y[j]) ** 2 <= NEAR_M**2:
                        near += 1
                if near > most:
                    best, most = i, near
        if best < 0:
            break
        cx, cy, points, spread = x[best], y[best], 0, 0.0
        for _ in range(4):
            sx, sy, points, spread = 0.0, 0.0, 0, 0.0
            for j in range(n):
                square = (cx - x[j]) ** 2 + (cy - y[j]) ** 2
                if free[j] and square <= NEAR_M**2:
                    sx, sy, points, spread = sx + x[j], sy + y[j], points + 1, spread + square
            if points == 0:
                break
            cx, cy = sx / points, sy / points
        if points < MIN_SCANS or points < MIN_SHARE * n:
            break
        found[rank, 0], found[rank, 1], found[rank, 2] = cx, cy, points
        found[rank, 3] = np.sqrt(spread / (2 * points))
        for j in range(n):
            if (cx - x[j]) ** 2 + (cy - y[j]) ** 2 <= CLEAR_M**2:
                free[j] = False
        rank += 1
    return found[:rank]


def centre_batches(scans: pa.Table) -> pa.Table:
    """(ds, seller_id, lng, lat, age in days), all rows of each shop in it -> SCHEMA, best spot first."""
    scans = scans.sort_by([(name, "ascending") for name in ("ds", "seller_id", "lng", "lat", "age")]).combine_chunks()
    if not scans.num_rows:
        return SCHEMA.empty_table()
    lng, lat, age = (scans[name].to_numpy() for name in ("lng", "lat", "age"))
    return pa.Table.from_batches([pa.RecordBatch.from_pylist(list(_rows(scans, lng, lat, age)), SCHEMA)], SCHEMA)


def _rows(scans: pa.Table, lng: np.ndarray, lat: np.ndarray, age: np.ndarray) -> Iterator[dict[str, object]]:
    days, sellers = (
        scans["ds"].to_numpy().astype("datetime64[D]").astype(object),
        scans["seller_id"].to_numpy(zero_copy_only=False),
    )
    starts = np.flatnonzero(np.r_[True, (sellers[1:] != sellers[:-1]) | (days[1:] != days[:-1])])
    for begin, end in zip(starts, np.r_[starts[1:], len(lng)], strict=True):
        lng0, lat0 = lng[begin], lat[begin]
        east = METRES_PER_DEGREE * np.cos(np.radians(lat0))
        xs, ys = (lng[begin:end] - lng0) * east, (lat[begin:end] - lat0) * METRES_PER_DEGREE
        spots = modes(xs, ys)
        for rank, (x, y, points, sigma) in enumerate(spots, 1):
            near = age[begin:end][(xs - x) ** 2 + (ys - y) ** 2 <= NEAR_M**2]
            yield {
                "ds": days[begin], "seller_id": sellers[begin], "rank": rank,
                "lng": round(lng0 + x / east, 7), "lat": round(lat0 + y / METRES_PER_DEGREE, 7),
                "scans": int(points), "share": round(points / (end - begin), 6), "sigma_m": round(sigma, 1),
                "recent": round(float((0.5 ** (near / HALF_LIFE)).sum()), 6),
                "first_seen": days[begin] - timedelta(int(near.max())), "last_seen": days[begin] - timedelta(int(near.min())),
            }  # fmt: skip
