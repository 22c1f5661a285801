#!/usr/bin/env python3
"""The h3_ functions beside the reference implementation: cells of a million points on the globe at four resolutions, and covers
of polygons in each containment mode. Prints what differs and fails if anything does.

    benches/h3.py [--points 1000000] [--lucdau PATH] [--work DIR]

Needs the packages `h3` (4.5) and `pyarrow` of the Python it runs in.
"""

import argparse
import math
import pathlib
import random
import subprocess
import tempfile

import h3
import pyarrow.parquet

CACHE = pathlib.Path.home() / ".cache/lucdau"
RESOLUTIONS = 0, 5, 9, 15
# Ours: the reference's name of the same containment.
MODES = {"centroid": "center", "contains": "full", "intersects": "overlap"}


def sql(arguments, twin, query, answer):
    limits = ["--rows", "100000000", "--timeout", "600"]
    subprocess.run([arguments.lucdau, "sql", "--twin", twin, *limits, "-o", answer, query], check=True)
    return pyarrow.parquet.read_table(answer)


def cells(arguments, work):
    """How many cells of random points differ."""
    seeded = random.Random(7)
    source = work / "globe.csv"
    with source.open("w") as out:
        out.write("id,lon,lat\n")
        for at in range(arguments.points):
            lat = math.degrees(math.asin(seeded.uniform(-1, 1)))
            out.write(f"{at},{seeded.uniform(-180, 180)!r},{lat!r}\n")
    twin = work / "twin"
    subprocess.run([arguments.lucdau, "import", source, "--twin", twin, "--layer", "globe", "--crs", "OGC:CRS84"], check=True, stdout=subprocess.DEVNULL)
    columns = ", ".join(f"h3_latlng_to_cell(ST_Y(geom), ST_X(geom), {r}) AS r{r}" for r in RESOLUTIONS)
    table = sql(arguments, twin, f"SELECT ST_Y(geom) AS lat, ST_X(geom) AS lon, {columns} FROM globe", work / "cells.parquet")
    places = list(zip(table["lat"].to_pylist(), table["lon"].to_pylist()))
    differ = 0
    for resolution in RESOLUTIONS:
        ours = table[f"r{resolution}"].to_pylist()
        theirs = (h3.str_to_int(h3.latlng_to_cell(lat, lon, resolution)) for lat, lon in places)
        wrong = sum(our != their for our, their in zip(ours, theirs))
        print(f"resolution {resolution}: {len(places):,} points, {wrong} differ")
        differ += wrong
    return differ, twin


def covers(arguments, twin, work):
    """How many covers of random polygons differ."""
    seeded = random.Random(11)
    differ = 0
    for mode, reference in MODES.items():
        wrong = 0
        for _ in range(arguments.polygons):
            lat, lon, size = seeded.uniform(-60, 60), seeded.uniform(-170, 170), seeded.uniform(0.01, 0.2)
            corners = sorted(seeded.uniform(0, 2 * math.pi) for _ in range(seeded.randint(5, 12)))
            ring = [(lon + size * math.cos(a), lat + size * math.sin(a) / 2) for a in corners]
            wkt = ", ".join(f"{x!r} {y!r}" for x, y in [*ring, ring[0]])
            query = f"SELECT h3 FROM h3_cover(ST_GeomFromText('POLYGON(({wkt}))'), 8, '{mode}')"
            ours = set(sql(arguments, twin, query, work / "cover.parquet")["h3"].to_pylist())
            shape = h3.LatLngPoly([(y, x) for x, y in ring])
            theirs = {h3.str_to_int(cell) for cell in h3.h3shape_to_cells_experimental(shape, 8, reference)}
            if ours != theirs:
                wrong += 1
                print(f"{mode}: {len(ours - theirs)} more, {len(theirs - ours)} fewer of {len(theirs)}: POLYGON(({wkt}))")
        print(f"covers {mode}: {arguments.polygons} polygons, {wrong} differ")
        differ += wrong
    return differ


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--polygons", type=int, default=40)
    parser.add_argument("--lucdau", type=pathlib.Path, default=CACHE / "target/release/lucdau")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        differ, twin = cells(arguments, work)
        differ += covers(arguments, twin, work)
    raise SystemExit(f"{differ} differ from h3 {h3.__version__}" if differ else 0)


if __name__ == "__main__":
    main()
