#!/usr/bin/env python3
"""Import beside ogr2ogr: the parcels of the full default province and 10 million points, on the same machine in one run.

Writes its table to benches/import.md. `lucdau import` reads, decodes TCVN3, transforms, validates, repairs, indexes by H3
and publishes durably; `ogr2ogr` reads, transforms and writes with its own spatial index. Run it on an idle machine:

    benches/import.py [--runs 3] [--points 10000000] [--lucdau PATH] [--work DIR]
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "lucdau"


def measured(command, before):
    """Seconds and peak memory in MB of a command, after `before` has cleared its target."""
    before()
    start = time.monotonic()
    pid = os.fork()
    if pid == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def remove(path):
    def now():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return now


def union(path, sources, crs):
    """A virtual layer of several files, so that ogr2ogr reads what import reads."""
    layers = "".join(
        f'<OGRVRTLayer name="{source.stem}"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>' for source in sources
    )
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTUnionLayer name="all"><LayerSRS>{crs}</LayerSRS>{layers}'
        "</OGRVRTUnionLayer></OGRVRTDataSource>"
    )


def points(path, count):
    """Points over the province in EPSG:9209 with three attributes, as FlatGeobuf."""
    if path.exists():
        return
    # A spreadsheet of numbers spread evenly by the golden ratio; no two runs differ.
    table = path.with_suffix(".csv")
    with table.open("w") as out:
        out.write("id,kind,value,x,y\n")
        for at in range(count):
            u, v = (at * 0.6180339887498949) % 1, (at * 0.7548776662466927) % 1
            out.write(f"{at},{'abcdefgh'[at % 8]},{at % 977 / 7:.2f},{552000 + u * 58000:.2f},{2287000 + v * 61000:.2f}\n")
    options = ["-oo", "X_POSSIBLE_NAMES=x", "-oo", "Y_POSSIBLE_NAMES=y", "-oo", "KEEP_GEOM_COLUMNS=NO", "-oo", "AUTODETECT_TYPE=YES"]
    subprocess.run(["ogr2ogr", "-f", "FlatGeobuf", "-a_srs", "EPSG:9209", "-lco", "SPATIAL_INDEX=NO", *options, path, table], check=True)
    table.unlink()


def compare(name, sources, virtual, arguments):
    """Timings of the three, interleaved so that a busy moment strikes all alike."""
    work, twin = arguments.work, arguments.work / "twin-import"
    ogr = ["ogr2ogr", "-t_srs", "EPSG:4326"]
    gpkg, fgb = work / "out.gpkg", work / "out.fgb"
    contenders = {
        "lucdau import": ([str(arguments.lucdau), "import", *map(str, sources), "--twin", str(twin), "--layer", "probe"], remove(twin)),
        "ogr2ogr -f GPKG": ([*ogr, "-f", "GPKG", str(gpkg), str(virtual)], remove(gpkg)),
        "ogr2ogr -f FlatGeobuf": ([*ogr, "-f", "FlatGeobuf", str(fgb), str(virtual)], remove(fgb)),
    }
    runs = {contender: [] for contender in contenders}
    for _ in range(arguments.runs):
        for contender, (command, before) in contenders.items():
            runs[contender].append(measured(command, before))
    seconds = {contender: [run[0] for run in all] for contender, all in runs.items()}
    memory = {contender: max(run[1] for run in all) for contender, all in runs.items()}
    listed = subprocess.run([arguments.lucdau, "layers", "--twin", twin, "--json"], check=True, capture_output=True)
    count = json.loads(listed.stdout)[0]["feature_count"]
    best = min(statistics.median(seconds[contender]) for contender in contenders if contender.startswith("ogr2ogr"))
    rows = [f"### {name}: {count:,} features\n", "| | median s | min – max s | peak MB | times lucdau's |", "|---|---|---|---|---|"]
    ours = statistics.median(seconds["lucdau import"])
    for contender, times in seconds.items():
        median = statistics.median(times)
        rows.append(
            f"| `{contender}` | {median:.2f} | {min(times):.2f} – {max(times):.2f} | {memory[contender]:.0f} | {median / ours:.2f} |"
        )
    rows.append(f"\nThe faster ogr2ogr takes {best / ours:.2f} times as long as the import.\n")
    for _, before in contenders.values():
        before()
    return rows


def opening(twin, arguments):
    """From nothing to the first answer over the full province."""
    query = (
        "SELECT count(*) FROM parcels WHERE ST_Intersects(geom, "
        "ST_GeomFromText('POLYGON((106.31 20.93, 106.312 20.93, 106.312 20.932, 106.31 20.932, 106.31 20.93))'))"
    )
    command = [str(arguments.lucdau), "sql", "--twin", str(twin), query]
    runs = [measured(command, lambda: None) for _ in range(arguments.runs + 1)][1:]
    times, memory = [run[0] for run in runs], max(run[1] for run in runs)
    return [
        "### Opening the full province (every layer) and answering the first window query\n",
        f"median {statistics.median(times):.2f} s ({min(times):.2f} – {max(times):.2f}), peak {memory:.0f} MB\n",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--lucdau", type=pathlib.Path, default=CACHE / "target/release/lucdau")
    parser.add_argument("--work", type=pathlib.Path, default=CACHE / "bench-import")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)

    twin = arguments.work / "twin"
    subprocess.run([arguments.lucdau, "demo", "--twin", twin, "--scale", "full", "--no-serve"], check=True)
    source = twin / ".source"
    parcels = sorted((source / "parcels").glob("*.shp"))
    virtual = arguments.work / "parcels.vrt"
    union(virtual, parcels, "EPSG:9209")
    cloud = arguments.work / "points.fgb"
    points(cloud, arguments.points)

    version = subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    lines = [
        "# Import beside ogr2ogr\n",
        f"Written by `benches/import.py` on {time.strftime('%Y-%m-%d')}: {os.cpu_count()} cores, {platform.system()}, {version}; "
        f"{arguments.runs} runs each, interleaved; load before the run {os.getloadavg()[0]:.2f}.\n",
        *compare("Parcels of the full default province (12 Shapefiles, two in TCVN3)", parcels, virtual, arguments),
        *compare("Points (FlatGeobuf, EPSG:9209)", [cloud], cloud, arguments),
        *opening(twin, arguments),
    ]
    (ROOT / "import.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
