#!/usr/bin/env python3
"""Spatial SQL beside DuckDB and SedonaDB: the same questions to all three, data in memory, on the same machine in one run.

Writes its tables to benches/sql.md. The peers live in a virtual environment that is made in the work folder; each engine runs
in a process of its own, on two cores. All must answer the same, otherwise the script fails at the end. --growth measures only
Lục Đầu, on 10^4 to 10^7 points, and writes benches/sql-growth.md and docs/sql-growth.svg; --only prints and writes nothing.
Run it on an idle machine:

    benches/sql.py [--points 6000000] [--runs 5] [--only NAME…] [--skip-spatialbench] [--work DIR] [--lucdau PATH] [--probe PATH]
    benches/sql.py --growth
"""

import argparse
import datetime
import decimal
import functools
import importlib.metadata
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "lucdau"
PEERS = ["duckdb==1.5.5", "duckdb-extension-spatial==1.5.5", "sedonadb==0.5.0", "spatialbench-cli==0.2.0"]
HELPERS = ["geoarrow-pyarrow", "matplotlib", "numpy", "pyarrow"]
ENGINES = OURS, DUCK, SEDONA = "Lục Đầu", "DuckDB", "SedonaDB"
THREADS = 2
LONG = 30  # seconds; what takes as long is asked once and not again
WINDOWS, WARMING = 200, 20
BROAD = 13_600
GROWTH = 10**4, 10**5, 10**6, 10**7
EXTENT = 106.1, 20.65, 106.65, 21.25
WINDOW = "SELECT count(*) FROM points WHERE ST_Intersects(geom, ST_GeomFromText({}))"
CRS84 = "::GEOMETRY('OGC:CRS84') AS geom"

CAPTION = f"""Medians in milliseconds: (least – most), or (95th of 100) over {WINDOWS} windows asked once each; what takes {LONG} s is
asked once. —: the engine has no way to ask, or (DuckDB, zones) takes 11 s for 100,000 points and is not asked. Data is in memory first: resident layers, tables of DuckDB with its R-tree, memtables
of SedonaDB. Prepared: read once, the window is a parameter.
Answers are equal: counts exactly, sums to 10⁻⁹ (SpatialBench, where averages are cut to so many digits: 10⁻⁶).
"""
RESIDENT = """The queries as published, but `geom`, the geometry column that a layer has, stands for `ST_GeomFromWKB(t_pickuploc)` and
`ST_GeomFromWKB(b_boundary)` in all three. Q12 has no form in DuckDB that ends. Q2, 4, 6, 10 and 11 need zones that are not generated: with 20,000 cells of our own that tile
the inhabited world, and shortened to their joins, they are not official.
"""
COLD = """The queries as published over the files as generated, each run in a new database; the files are in the page cache.
"""

# SpatialBench's queries that need no zones, as published with a LIMIT of 100. Only where a geometry comes from differs between
# the forms of the data, and how points are collected between dialects.
SPATIALBENCH = {
    "q1": """SELECT t.t_tripkey, ST_X({pickup}) AS pickup_lon, ST_Y({pickup}) AS pickup_lat, t.t_pickuptime,
            ST_Distance({pickup}, ST_GeomFromText('POINT (-111.7610 34.8697)')) AS distance_to_center
        FROM trip t WHERE ST_DWithin({pickup}, ST_GeomFromText('POINT (-111.7610 34.8697)'), 0.45)
        ORDER BY distance_to_center ASC, t.t_tripkey ASC LIMIT 100""",
    "q3": """SELECT DATE_TRUNC('month', t.t_pickuptime) AS pickup_month, COUNT(t.t_tripkey) AS total_trips,
            AVG(t.t_distance) AS avg_distance, AVG(t.t_dropofftime - t.t_pickuptime) AS avg_duration, AVG(t.t_fare) AS avg_fare
        FROM trip t WHERE ST_DWithin({pickup}, ST_GeomFromText('POLYGON((-111.9060 34.7347, -111.6160 34.7347,
            -111.6160 35.0047, -111.9060 35.0047, -111.9060 34.7347))'), 0.045)
        GROUP BY pickup_month ORDER BY pickup_month""",
    "q5": """SELECT c.c_custkey, c.c_name AS customer_name, DATE_TRUNC('month', t.t_pickuptime) AS pickup_month,
            ST_Area(ST_ConvexHull({collect})) AS monthly_travel_hull_area, COUNT(*) AS dropoff_count
        FROM trip t JOIN customer c ON t.t_custkey = c.c_custkey
        GROUP BY c.c_custkey, c.c_name, pickup_month HAVING dropoff_count > 5
        ORDER BY monthly_travel_hull_area DESC, c.c_custkey ASC, pickup_month ASC LIMIT 100""",
    "q7": """WITH trip_lengths AS (SELECT t.t_tripkey, t.t_distance AS reported_distance_m,
            ST_Length(ST_MakeLine({pickup}, ST_GeomFromWKB(t.t_dropoffloc))) / 0.000009 AS line_distance_m FROM trip t)
        SELECT t.t_tripkey, t.reported_distance_m, t.line_distance_m,
            t.reported_distance_m / NULLIF(t.line_distance_m, 0) AS detour_ratio
        FROM trip_lengths t ORDER BY detour_ratio DESC NULLS LAST, reported_distance_m DESC, t_tripkey ASC LIMIT 100""",
    "q8": """SELECT b.b_buildingkey, b.b_name, COUNT(*) AS nearby_pickup_count
        FROM trip t JOIN building b ON ST_DWithin({pickup}, {boundary}, 0.0045)
        GROUP BY b.b_buildingkey, b.b_name ORDER BY nearby_pickup_count DESC, b.b_buildingkey ASC LIMIT 100""",
    "q9": """WITH b1 AS (SELECT b.b_buildingkey AS id, {boundary} AS geom FROM building b),
            b2 AS (SELECT b.b_buildingkey AS id, {boundary} AS geom FROM building b),
            pairs AS (SELECT b1.id AS building_1, b2.id AS building_2, ST_Area(b1.geom) AS area1, ST_Area(b2.geom) AS area2,
                ST_Area(ST_Intersection(b1.geom, b2.geom)) AS overlap_area
                FROM b1 JOIN b2 ON b1.id < b2.id AND ST_Intersects(b1.geom, b2.geom))
        SELECT building_1, building_2, area1, area2, overlap_area, CASE WHEN (area1 + area2 - overlap_area) = 0 THEN 1.0
            ELSE overlap_area / (area1 + area2 - overlap_area) END AS iou
        FROM pairs ORDER BY iou DESC, building_1 ASC, building_2 ASC LIMIT 100""",
    "q12": """WITH trip_with_geom AS (SELECT t.t_tripkey, {pickup} AS pickup_geom FROM trip t),
            building_with_geom AS (SELECT {boundary} AS boundary_geom FROM building b),
            knn AS (SELECT t.t_tripkey, ST_Distance(t.pickup_geom, b.boundary_geom) AS distance_to_building
                FROM trip_with_geom t JOIN building_with_geom b ON ST_KNN(t.pickup_geom, b.boundary_geom, 5, FALSE))
        SELECT t_tripkey, AVG(distance_to_building) AS avg_distance_to_5_nearest
        FROM knn GROUP BY t_tripkey ORDER BY avg_distance_to_5_nearest DESC, t_tripkey ASC LIMIT 100""",
}

# The shape of SpatialBench's queries about zones, over zones of our own: not the benchmark's, whose zones cannot be generated.
WITH_ZONES = {
    "q2 (own zones)": """SELECT count(*) FROM trip t
        WHERE ST_Intersects(t.geom, (SELECT z.geom FROM zone z WHERE z.name = 'Vùng 10321'))""",
    "q4 (own zones)": """SELECT z.id, count(*) AS trips FROM zone z
        JOIN (SELECT t.geom FROM trip t ORDER BY t.t_tip DESC, t.t_tripkey LIMIT 1000) best ON ST_Within(best.geom, z.geom)
        GROUP BY z.id ORDER BY trips DESC, z.id LIMIT 100""",
    "q6 (own zones)": """SELECT z.id, count(*) AS pickups, AVG(t.t_distance) AS distance
        FROM trip t JOIN zone z ON ST_Within(t.geom, z.geom)
        WHERE ST_Intersects(z.geom, ST_GeomFromText('POLYGON((-112.3 34.3, -111.2 34.3, -111.2 35.4, -112.3 35.4, -112.3 34.3))'))
        GROUP BY z.id ORDER BY pickups DESC, z.id LIMIT 100""",
    "q10 (own zones)": """SELECT z.id, count(t.t_tripkey) AS trips, AVG(t.t_distance) AS distance
        FROM zone z LEFT JOIN trip t ON ST_Within(t.geom, z.geom)
        GROUP BY z.id ORDER BY trips DESC, z.id LIMIT 100""",
    "q11 (own zones)": """SELECT count(*) FROM trip t JOIN zone p ON ST_Within(t.geom, p.geom)
        JOIN zone d ON ST_Within(ST_GeomFromWKB(t.t_dropoffloc), d.geom) WHERE p.id <> d.id""",
}


def alike(*queries, engines=ENGINES):
    """What engines are asked in the same words; of several queries each once, the first ones to warm up."""
    return dict.fromkeys(engines, queries)


def inside(layer):
    pairs = f"{layer} c JOIN points p ON ST_Contains(c.geom, p.geom)"
    return alike(f"SELECT c.name, count(*) FROM {pairs} GROUP BY c.name ORDER BY c.name")


def prepared(queries):
    """The same questions with the window as a parameter."""
    outlines = [query.split("'")[1] for query in queries]
    ours = [{"query": WINDOW.format("$1"), "params": [outline]} for outline in outlines]
    return {OURS: ours, DUCK: [f"EXECUTE in_window('{outline}')" for outline in outlines]}


def of_province(work, count):
    pairs = "SELECT count(*){} FROM points p JOIN buildings b ON {}"
    knn = pairs.format(", sum(ST_Distance(p.geom, b.geom))", "ST_KNN(p.geom, b.geom, 5, FALSE)")
    return {
        "window-27": alike(*windows(work, count, 27)),
        "window-27-prepared": prepared(windows(work, count, 27)),
        "window-13600": alike(*windows(work, count, BROAD)),
        "join-dwithin": alike(pairs.format("", "ST_DWithin(p.geom, b.geom, 0.0001)")),
        "communes": inside("communes"),
        # DuckDB takes 11 s for 100,000 points and as many times longer for as many times more: it is not asked.
        "zones": {engine: query for engine, query in inside("zones").items() if engine != DUCK},
        "knn": alike(knn, engines=[OURS, SEDONA]),
    }


def of_spatialbench(pickup, boundary, engines):
    def query(name, engine):
        dropoffs = "ST_GeomFromWKB(t.t_dropoffloc)"
        collect = f"ST_Collect(ARRAY_AGG({dropoffs}))" if engine == DUCK else f"ST_Collect_Agg({dropoffs})"
        return SPATIALBENCH[name].format(pickup=pickup, boundary=boundary, collect=collect)

    able = lambda name: [engine for engine in engines if (engine, name) != (DUCK, "q12")]
    return {name: {engine: [query(name, engine)] for engine in able(name)} for name in SPATIALBENCH}


def of_own_zones():
    return {name: alike(query) for name, query in WITH_ZONES.items()}


def duckdb():
    """A database in memory that knows geometry."""
    import duckdb

    extension = next(pathlib.Path(sys.prefix).rglob("spatial.duckdb_extension"))
    database = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": THREADS})
    database.execute(f"LOAD '{extension}'")
    return database


def duckdb_opened(tables, resident, indexed):
    database = duckdb()
    for table, path in tables.items():
        database.execute(f"CREATE {'TABLE' if resident else 'VIEW'} {table} AS SELECT * FROM '{path}'")
    start = time.perf_counter()
    for table in indexed:
        database.execute(f"CREATE INDEX {table}_geom ON {table} USING RTREE (geom)")
    if "points" in tables:
        database.execute(f"PREPARE in_window AS {WINDOW.format('$1::VARCHAR')}")
    return lambda query: database.execute(query).to_arrow_table(), time.perf_counter() - start


def sedonadb_opened(tables, resident, indexed):
    import sedonadb

    database = sedonadb.connect()
    database.sql(f"SET datafusion.execution.target_partitions = {THREADS}").execute()
    for table, path in tables.items():
        frame = database.read_parquet(path)
        if resident:
            frame.to_view("file", overwrite=True)
            # Beside a column without a CRS a literal needs none.
            columns = "* REPLACE (ST_SetSRID(geom, 0) AS geom)" if "geom" in frame.columns else "*"
            frame = database.sql(f"SELECT {columns} FROM file").to_memtable()
        frame.to_view(table)
    return lambda query: database.sql(query).to_arrow_table(), None


def serve(engine, request):
    """A peer's process: opens the tables, then answers a query a line, as sql-probe does; what is not resident is opened anew."""
    opened = functools.partial(duckdb_opened if engine == DUCK else sedonadb_opened, **(request := json.loads(request)))
    start = time.perf_counter()
    answer, index = opened()
    print(json.dumps({"opened_s": time.perf_counter() - start, "index_s": index}), flush=True)
    for line in sys.stdin:
        asked, seconds = json.loads(line), []
        try:
            for _ in range(asked["runs"]):
                answer = answer if request["resident"] else opened()[0]
                start = time.perf_counter()
                table = answer(asked["query"])
                seconds.append(time.perf_counter() - start)
            reply = {"seconds": seconds, "rows": [list(map(plain, row.values())) for row in table.to_pylist()]}
        except Exception as error:
            reply = {"error": str(error)}
        print(json.dumps(reply), flush=True)


def plain(value):
    """A value of Arrow or of sql-probe's JSON as all engines' answers have it: durations in seconds, moments without a zone."""
    if isinstance(value, tuple):
        months, days, nanoseconds = value
        return (months * 30 + days) * 86400 + nanoseconds / 1e9
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    if isinstance(value, str) and (duration := re.fullmatch(r"P(?:0D|T([\d.]+)S)", value)):
        return float(duration[1] or 0)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z?", value):
        value = datetime.datetime.fromisoformat(value)
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None).isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


class Engine:
    """An engine in a process of its own, its data open."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.opened = self.answer()
        if "error" in self.opened:
            raise SystemExit(f"{command[0]}: {self.opened['error']}")

    def answer(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else {"error": f"the process ended with {self.process.wait()}"}

    def ask(self, query, runs=1):
        asked = query if isinstance(query, dict) else {"query": query}
        try:
            print(json.dumps(asked | {"runs": runs}), file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # its end is the answer
        return self.answer()

    def memory(self):
        """Resident bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def close(self):
        self.process.communicate()


def peer(engine, tables, resident=True, indexed=()):
    request = {"tables": {name: str(path) for name, path in tables.items()}, "resident": resident, "indexed": indexed}
    return Engine(sys.executable, __file__, "--worker", engine, json.dumps(request))


def asked(engine, queries, runs):
    """Seconds of the timed runs and the answers, or the error."""
    replies = []
    for query in queries:
        replies.append(engine.ask(query))
        if "error" in replies[-1]:
            return replies[-1]
    seconds = [reply["seconds"][0] for reply in replies]
    if len(queries) > 1:
        seconds = seconds[WARMING:]
    elif seconds[0] < LONG:
        again = engine.ask(*queries, runs)
        if "error" in again:
            return again
        seconds = again["seconds"]
    return {"seconds": seconds, "answers": [[list(map(plain, row)) for row in reply["rows"]] for reply in replies]}


def same(one, other, tolerance):
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(same(*pair, tolerance) for pair in zip(one, other))
    if {type(one), type(other)} in ({float}, {float, int}):
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance / 1000)
    return one == other


def differences(question, results, tolerance):
    """Where an engine does not answer what the first one does."""
    answers = {engine: result["answers"] for engine, result in results.items() if "answers" in result}
    found, first = [], next(iter(answers), None)
    for engine, answer in answers.items():
        if not same(answers[first], answer, tolerance):
            pairs = zip(sum(answers[first], []), sum(answer, []))
            example = next((pair for pair in pairs if not same(*pair, tolerance)), "another number of rows")
            found.append(f"{question}: {first} and {engine} differ: {example}")
    return found


def shown(seconds):
    milliseconds = 1000 * seconds
    return f"{milliseconds:,.{2 if milliseconds < 10 else 1 if milliseconds < 100 else 0}f}"


def cell(result, several):
    """A result in a table: the median and how far times spread, in milliseconds."""
    if "error" in result:
        return "error: " + " ".join(result["error"].split()).replace("|", "\\|")[:120]
    times = sorted(result["seconds"])
    spread = f"p95 {shown(times[math.ceil(0.95 * len(times)) - 1])}" if several else f"{shown(times[0])} – {shown(times[-1])}"
    return f"{shown(statistics.median(times))} ({spread if len(times) > 1 else 'once'})"


def head(*columns):
    return [f"| | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]


def compare(engines, questions, runs, tolerance, known=None):
    """A table of the engines' times, where their answers differ (also from those known), and the answers' results."""
    cold = known is not None
    columns = list(engines) if cold else ENGINES
    lines, wrong, answered = head(*columns, *([] if cold else ["faster than the better peer"])), [], {}
    for question, queries in questions.items():
        results = {engine: asked(engines[engine], queries[engine], runs) for engine in engines if engine in queries}
        cells = {engine: "not measured" if engine in queries else "—" for engine in columns}
        cells |= {engine: cell(result, len(queries[engine]) > 1) for engine, result in results.items()}
        medians = {engine: statistics.median(result["seconds"]) for engine, result in results.items() if "seconds" in result}
        if not cold:
            ours = medians.pop(OURS, None)
            times = min(medians.values()) / ours if ours and medians else None
            cells["times"] = f"{times:.{0 if times >= 10 else 1 if times >= 1 else 2}f} ×" if times else "—"
        lines.append(f"| {question} | {' | '.join(cells.values())} |")
        print(lines[-1], flush=True)
        answered[question] = {f"{engine} cold": result for engine, result in results.items()} if cold else results
        wrong += differences(question, known[question] | answered[question] if cold else results, tolerance)
    for engine in engines.values():
        engine.close()
    return [*lines, ""], wrong, answered


def in_memory(name, tables, indexed, arguments):
    """The engines with the tables loaded, and a table of what that took."""
    took = imported(name, tables, arguments)
    engines = {} if took is None else {OURS: Engine(arguments.probe, arguments.work / name)}
    engines |= {DUCK: peer(DUCK, tables, indexed=indexed), SEDONA: peer(SEDONA, tables)}
    lines = head("import, s", "load into memory, s", "of it the R-tree, s", "memory then, MB")
    for engine, process in engines.items():
        index = process.opened.get("index_s")
        once = f"{took:.1f}" if engine == OURS else "—", f"{process.opened['opened_s']:.2f}", f"{index:.2f}" if index else "—"
        lines.append(f"| {engine} | {' | '.join(once)} | {process.memory() / 1e6:,.0f} |")
    return engines, [*lines, ""]


def write(path, select, **tables):
    """GeoParquet of a query, made once."""
    if not path.exists():
        database = duckdb()
        for name, columns in tables.items():
            database.register(name, pyarrow.table(columns()))
        database.execute(f"COPY ({select}) TO '{path}' (FORMAT PARQUET)")
    return path


def write_polygons(path, rings, word):
    """Rings of numpy as polygons with names."""

    def made():
        shapes = [struct.pack("<BIII", 1, 3, 1, len(ring)) + ring.astype("<f8").tobytes() for ring in rings()]
        return {"id": range(len(shapes)), "name": [f"{word} {at}" for at in range(len(shapes))], "wkb": shapes}

    return write(path, f"SELECT id, name, ST_GeomFromWKB(wkb){CRS84} FROM made", made=made)


def on_extent(unit):
    low, high = numpy.array(EXTENT).reshape(2, 2)
    return low + unit * (high - low)


def scattered(seed, count):
    """Positions on the extent: half of them even, half in twelve clusters that are the same whatever the seed."""
    random, clusters = numpy.random.default_rng(seed), numpy.random.default_rng(12)
    centres, spreads = clusters.uniform(0.15, 0.85, (12, 2)), clusters.uniform(0.01, 0.04, (12, 1))
    of = random.integers(0, 12, count)
    clustered = (centres[of] + random.normal(size=(count, 2)) * spreads[of]) % 1
    return on_extent(numpy.where(random.random((count, 1)) < 0.5, clustered, random.random((count, 2))))


def communes():
    """9 × 23 cells of 400 corners that tile the extent: a grid bent by waves that rest at its border."""
    random = numpy.random.default_rng(207)
    often = random.integers(1, 90, (80, 2))
    swing = random.normal(size=(80, 2)) * 0.014 / often.max(1, keepdims=True)
    there, still = numpy.arange(100), numpy.zeros(100, int)
    back = 100 - there
    round_it = numpy.stack([[*there, *still + 100, *back, *still, 0], [*still, *there, *still + 100, *back, 0]], 1)
    for cell in numpy.ndindex(9, 23):
        unit = (round_it + 100 * numpy.array(cell)) / [900, 2300]
        yield on_extent(unit + numpy.sin(numpy.pi * unit[:, None] * often).prod(2) @ swing)


def world():
    """20,000 cells of 20 corners that tile the inhabited part of the world."""
    random = numpy.random.default_rng(156)
    often = random.integers(1, 400, (40, 2))
    swing = random.normal(size=(40, 2)) * 0.0004
    side, low, size = numpy.arange(5), numpy.array([-180, -60]), numpy.array([360, 140])
    still = numpy.zeros(5, int)
    round_it = numpy.stack([[*side, *still + 5, *5 - side, *still, 0], [*still, *side, *still + 5, *5 - side, 0]], 1)
    for cell in numpy.ndindex(160, 125):
        unit = (round_it + 5 * numpy.array(cell)) / [800, 625]
        bent = unit[:-1] + numpy.sin(numpy.pi * unit[:-1, None] * often).prod(2) @ swing
        yield low + size * numpy.concatenate([bent, bent[:1]])


def zones():
    """64 stars of 20,000 corners with an outline like a coast."""
    random, often = numpy.random.default_rng(64), numpy.arange(1, 201)[:, None]
    angles = numpy.linspace(0, 2 * numpy.pi, 20_000, endpoint=False)
    for cell in numpy.ndindex(8, 8):
        waves = random.normal(size=(200, 1)) * 0.3 / often * numpy.sin(often * angles + random.uniform(0, 6.28, (200, 1)))
        ring = numpy.stack([numpy.cos(angles), numpy.sin(angles)], 1) * numpy.maximum(1 + waves.sum(0), 0.3)[:, None]
        yield on_extent((numpy.array(cell) + 0.5) / 8) + 0.03 * numpy.concatenate([ring, ring[:1]])


def buildings():
    """20,000 rectangles with sides of 8 to 30 m, turned any way."""
    random = numpy.random.default_rng(20)
    for centre in scattered(20_000, 20_000):
        turn, half = random.uniform(0, numpy.pi), random.uniform(0.00004, 0.00014, 2)
        axes = numpy.array([[numpy.cos(turn), numpy.sin(turn)], [-numpy.sin(turn), numpy.cos(turn)]])
        yield centre + half * [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]] @ axes


def province(work, count):
    """The files of points, communes, zones and buildings."""

    def made():
        at = scattered(count, count)
        return {"id": range(count), "x": at[:, 0], "y": at[:, 1]}

    return {
        "points": write(work / f"points-{count}.parquet", f"SELECT id, ST_Point(x, y){CRS84} FROM made", made=made),
        "communes": write_polygons(work / "communes.parquet", communes, "Xã"),
        "zones": write_polygons(work / "zones.parquet", zones, "Vùng"),
        "buildings": write_polygons(work / "buildings.parquet", buildings, "Nhà"),
    }


def windows(work, count, found):
    """Queries of square windows about some of the points that find so many."""
    path = work / f"windows-{count}-{found}.json"
    if not path.exists():
        (x, y), queries, found = scattered(count, count).T.copy(), [], min(found, count // 2)
        for about in numpy.random.default_rng(found).integers(0, count, WARMING + WINDOWS):
            away = numpy.partition(numpy.maximum(abs(x - x[about]), abs(y - y[about])), [found - 1, found])
            # Halfway to the next point, so that none lies on the edge.
            half = (away[found - 1] + away[found]) / 2
            west, south, east, north = x[about] - half, y[about] - half, x[about] + half, y[about] + half
            ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
            queries.append(WINDOW.format(f"'POLYGON(({ring}))'"))
        path.write_text(json.dumps(queries))
    return json.loads(path.read_text())


def spatialbench(work):
    """SpatialBench's files, and the same with geometry columns."""
    folder = work / "spatialbench"
    if not folder.exists():
        part = work / "part"
        tool = pathlib.Path(sys.prefix) / "bin/spatialbench-cli"
        subprocess.run([tool, "--scale-factor", "1", "--tables", "trip,building,customer", "--output-dir", part], check=True)
        part.rename(folder)
    files = {table: folder / f"{table}.parquet" for table in ("trip", "building", "customer")}
    shaped = dict(files)
    for table, column in ("trip", "t_pickuploc"), ("building", "b_boundary"):
        select = f"SELECT * EXCLUDE ({column}), ST_GeomFromWKB({column}){CRS84} FROM '{files[table]}'"
        shaped[table] = write(folder / f"{table}-geom.parquet", select)
    shaped["zone"] = write_polygons(folder / "zone-own.parquet", world, "Vùng")
    return files, shaped


def imported(name, tables, arguments):
    """Seconds that the import of files into a twin took, now or in an earlier run; none without our programs."""
    if not (arguments.lucdau.exists() and arguments.probe.exists()):
        return None
    twin, took = arguments.work / name, arguments.work / f"{name}.json"
    if not took.exists():
        shutil.rmtree(twin, ignore_errors=True)
        start = time.monotonic()
        for layer, path in tables.items():
            command = [arguments.lucdau, "import", path, "--twin", twin, "--layer", layer]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.write_text(json.dumps(time.monotonic() - start))
    return json.loads(took.read_text())


def grown(arguments):
    """Our own figures over the number of points: a table, and docs/sql-growth.svg."""
    work, names = arguments.work, ["open", "window of 27", "window of 0.23 %", "communes"]
    lines = head("import, s", "bytes per point", *(f"{name}, ms" for name in names))
    baseline, medians = None, []
    for count in (0, *GROWTH):
        # The first twin has no points and is what memory is compared with.
        files = province(work, count or GROWTH[0])
        tables = {name: files[name] for name in ("communes", "points")[: 2 if count else 1]}
        took = imported(f"twin-{count}", tables, arguments)
        engine = Engine(arguments.probe, work / f"twin-{count}")
        memory = engine.memory()
        if count:
            asks = windows(work, count, 27), windows(work, count, round(count * BROAD / 6e6)), inside("communes")[OURS]
            results = [{"seconds": [engine.opened["opened_s"]]}, *(asked(engine, queries, arguments.runs) for queries in asks)]
            cells = " | ".join(cell(result, 0 < at < 3) for at, result in enumerate(results))
            lines.append(f"| {count:,} points | {took:.1f} | {(memory - baseline) / count:,.0f} | {cells} |")
            print(lines[-1], flush=True)
            medians.append([1000 * statistics.median(result.get("seconds", [math.nan])) for result in results])
        baseline = baseline or memory
        engine.close()
    draw(names, medians)
    return ["Memory is what the process holds beyond one with the communes only.\n", *lines, "", "![](../docs/sql-growth.svg)"], []


def draw(names, medians):
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams |= {"svg.fonttype": "none", "svg.hashsalt": "growth", "font.family": "sans-serif"}
    import matplotlib.pyplot as plot

    figure, axes = plot.subplots(figsize=(7, 4.2), layout="constrained")
    for name, over in zip(names, zip(*medians)):
        axes.loglog(GROWTH, over, marker="o", label=name)
    axes.set(xlabel="số điểm · points", ylabel="ms")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right upper")
    figure.savefig(ROOT.parent / "docs/sql-growth.svg", metadata={"Date": None})


def compared(arguments):
    """The tables of the comparison, and where answers differ."""

    def wanted(questions):
        return {name: queries for name, queries in questions.items() if not arguments.only or name in arguments.only}

    work, count, runs = arguments.work, arguments.points, arguments.runs
    lines, wrong = [CAPTION], []
    if questions := wanted(of_province(work, count)):
        engines, loading = in_memory(f"twin-province-{count}", province(work, count), ["points"], arguments)
        table, wrong, _ = compare(engines, questions, runs, 1e-9)
        lines += [f"## {count:,} points, 207 communes, 64 zones, 20,000 buildings\n", *loading, *table]
    questions = wanted(of_spatialbench("t.geom", "b.geom", ENGINES) | of_own_zones())
    if questions and not arguments.skip_spatialbench:
        files, shaped = spatialbench(work)
        engines, loading = in_memory("twin-spatialbench", shaped, ["trip"], arguments)
        # Averages of decimals and durations have so many digits in some engines; the tolerance is the benchmark's own, and 10⁻⁹.
        table, differ, known = compare(engines, questions, runs, 1e-6)
        lines += ["## SpatialBench, scale factor 1, in memory\n", RESIDENT, *loading, *table]
        engines = {engine: peer(engine, files, resident=False) for engine in (DUCK, SEDONA)}
        questions = wanted(of_spatialbench("ST_GeomFromWKB(t.t_pickuploc)", "ST_GeomFromWKB(b.b_boundary)", engines))
        table, differ_cold, _ = compare(engines, questions, runs, 1e-6, known)
        lines += ["## SpatialBench, scale factor 1, cold from Parquet\n", COLD, *table]
        wrong += differ + differ_cold
    return lines, dict.fromkeys(wrong)


def environment(work):
    """Runs this script again in a virtual environment that has the peers, made where it is missing."""
    place = work.resolve() / "venv"
    if pathlib.Path(sys.prefix) == place:
        return
    python, complete = place / "bin/python", place / "complete"
    if not complete.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEERS, *HELPERS], check=True)
        complete.touch()
    os.execv(python, [python, __file__, *sys.argv[1:]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=6_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="questions: window-27, communes, q8, …")
    parser.add_argument("--skip-spatialbench", action="store_true")
    parser.add_argument("--growth", action="store_true", help="only our own figures, over the number of points")
    parser.add_argument("--work", type=pathlib.Path, default=CACHE / "bench-sql")
    parser.add_argument("--lucdau", type=pathlib.Path, default=CACHE / "target/release/lucdau")
    parser.add_argument("--probe", type=pathlib.Path, default=CACHE / "target/release/sql-probe")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    environment(arguments.work)
    global numpy, pyarrow
    import numpy
    import pyarrow

    load = os.getloadavg()[0]
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    versions = [f"{name} {importlib.metadata.version(name)}" for name in (pinned.split("==")[0] for pinned in PEERS)]
    if arguments.lucdau.exists() and arguments.probe.exists():
        version = subprocess.run([arguments.lucdau, "--version"], check=True, capture_output=True, text=True)
        versions.insert(0, version.stdout.strip())
    elif arguments.growth:
        raise SystemExit(f"--growth needs {arguments.lucdau} and {arguments.probe}")
    else:
        print(f"without {arguments.lucdau} and {arguments.probe} our own side is not measured", file=sys.stderr)
    lines, wrong = (grown if arguments.growth else compared)(arguments)
    name, option = ("sql-growth", " --growth") if arguments.growth else ("sql", "")
    runs = f"{arguments.runs} runs each after one to warm up"
    about = f"{THREADS} of {os.cpu_count()} cores, {os.uname().sysname}, {', '.join(versions)}; {runs}"
    title = f"# Spatial SQL {'as a layer grows' if arguments.growth else 'beside DuckDB and SedonaDB'}\n"
    written = f"Written by `benches/sql.py{option}` on {time.strftime('%Y-%m-%d')}: {about}; load before the run {load:.2f}.\n"
    text = "\n".join([title, written, *lines, *(f"- **answers differ** · {what}" for what in wrong)]).rstrip() + "\n"
    print(text)
    if not arguments.only:
        (ROOT / f"{name}.md").write_text(text)
    if wrong:
        raise SystemExit(f"{len(wrong)} answers differ")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        serve(*sys.argv[2:])
    else:
        main()
