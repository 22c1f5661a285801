"""What an analyst's Python sees through ADBC: asked by the test `flight`, with the address of a server over the test province."""

import sys

import adbc_driver_flightsql.dbapi as flight_sql
import pyarrow as pa
from adbc_driver_manager import Error

uri = sys.argv[1]
with flight_sql.connect(uri) as connection, connection.cursor() as cursor:
    # a table of a database
    cursor.execute("SELECT name, area_km2, geom FROM districts ORDER BY area_km2")
    table = cursor.fetch_arrow_table()
    assert table.column("name").to_pylist() == ["Nam Sách", "Kinh Môn"], table
    geom = table.schema.field("geom")
    assert geom.metadata[b"ARROW:extension:name"] == b"geoarrow.wkb", geom.metadata
    assert table.column("geom")[0].as_py()[:5] == b"\x01\x03\x00\x00\x00"

    # parameters, bound anew for one statement
    for pupils, count in [(1000, 2), (0, 12), (10**6, 0)]:
        cursor.execute("SELECT count(*) FROM schools WHERE pupils >= $1", parameters=(pupils,))
        found = cursor.fetchone()[0]
        assert found == count or count == 12 and found > 2, (pupils, found)
    cursor.execute("SELECT ST_AsText(ST_Point($1, $2)) AS p, $3 AS name", parameters=(106.5, 20.9, "Kinh Môn"))
    assert cursor.fetchall() == [("POINT(106.5 20.9)", "Kinh Môn")]

    # more than a batch, as it comes
    cursor.execute("SELECT value, value * 2 AS twice FROM generate_series(1, 1000000)")
    reader = cursor.fetch_record_batch()
    first = reader.read_next_batch()
    assert first.num_rows < 1_000_000
    assert first.num_rows + sum(batch.num_rows for batch in reader) == 1_000_000

    # a reader that leaves early does not harm the next question
    cursor.execute("SELECT value FROM generate_series(1, 20000000)")
    cursor.fetch_record_batch().read_next_batch()
    cursor.execute("SELECT 1")
    assert cursor.fetchone() == (1,)

    # what there is
    objects = connection.adbc_get_objects(depth="all").read_all().to_pylist()
    assert [catalog["catalog_name"] for catalog in objects] == ["twin"]
    schema = objects[0]["catalog_db_schemas"][0]
    tables = {table["table_name"]: table for table in schema["db_schema_tables"]}
    assert schema["db_schema_name"] == "public" and "roads" in tables, tables.keys()
    assert "geom" in [column["column_name"] for column in tables["roads"]["table_columns"]]
    assert connection.adbc_get_table_schema("districts").field("area_km2").type == pa.float64()
    info = connection.adbc_get_info()
    assert info["vendor_name"] == "Lục Đầu", info

    # what is wrong is said as over HTTP
    def refused(query, words, parameters=None):
        try:
            cursor.execute(query, parameters)
            cursor.fetchall()
        except Error as error:
            assert all(word in str(error) for word in words), error
        else:
            raise AssertionError(f"{query} was answered")

    refused("SELECT * FROM distrcts", ["distrcts", "districts"])
    refused("SELEC 1", ["line 1"])
    refused("DROP TABLE districts", ["only queries"])
    refused("SELECT count(*) FROM schools WHERE pupils >= $1", ["$1"])

with flight_sql.connect(uri, conn_kwargs={"adbc.flight.sql.rpc.call_header.datetime": "soon"}) as connection:
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1")
            raise AssertionError("no day")
        except Error as error:
            assert "YYYY-MM-DD" in str(error), error
print("adbc: all well")
