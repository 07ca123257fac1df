"""The catalog: declarations hold together, are ordered upstream first, and what cannot run is refused."""

from types import ModuleType

import pytest

from jobs import catalog
from jobs.errors import UsageError
from jobs.table import Feed, Read, Table

PUBLISHED = ("core.trades", "links.edges", "rackets.members", "rackets.events", "rackets.sites", "rackets.leads")


def module(name, table=None, transform=None, doc="A table."):
    """A table file, as the catalog sees it."""
    made = ModuleType(f"jobs.{name}", doc)
    if table is not None:
        made.TABLE = table
    if transform is not None:
        made.transform = transform
    return made


def table(*reads, columns="a string not null", key=("a",), **more):
    return Table(key=key, columns=columns, reads={read.table.split(".")[1]: read for read in reads}, **more)


def feed(name="staging.orders"):
    return module(name, Feed(key=("a",), columns="a string not null"))


def found(*modules):
    return catalog.order(catalog.declarations(modules))


# --- one declaration ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (module("core.t"), r"core.t: a table file declares TABLE = Table\(…\) or Feed\(…\)"),
        (module("core.t", "a table"), r"core.t: a table file declares TABLE"),
        (module("core.t", table()), r"core.t: a table file defines transform\(…\)"),
        (module("core.t", table(key=("b",)), lambda: None), r"core.t: key column b is not among the columns"),
        (module("core.t", table(columns="a string\na int"), lambda: None), r"core.t: column a is declared twice"),
        (module("core.t", table(columns="a string\nds date"), lambda: None), r"core.t: column ds is declared twice"),
        (module("core.t", table(columns="a"), lambda: None), r"not a column .*'a'"),
        (
            module("core.t", table(Read("staging.orders")), lambda order: None),
            r"core.t: transform takes \['order'\], reads declares \['orders'\]",
        ),
        (
            module("core.t", table(Read("staging.orders")), lambda: None),
            r"core.t: transform takes \[\], reads declares",
        ),
        (module("core.t", table(like="core.gone"), lambda: None), r"core.t is like core.gone, which no file declares"),
    ],
)
def test_a_declaration_that_does_not_hold_together_is_named(broken, message):
    with pytest.raises(ValueError, match=message):
        found(feed(), broken)


def test_a_transform_may_ask_for_the_days_of_its_run():
    asked = module("core.t", table(Read("staging.orders")), lambda orders, days: None)
    assert list(found(feed(), asked)) == ["staging.orders", "core.t"]


def test_a_table_like_another_has_its_columns_first():
    model = module("core.t", table(), lambda: None)
    state = module("core.u", table(like="core.t", columns="b date"), lambda: None)
    declared = found(state, model)
    assert [column.name for column in declared["core.u"].table.schema()] == ["ds", "a", "b"]
    assert [column.name for column in declared["core.t"].table.schema()] == ["ds", "a"]


def test_the_docstring_and_the_layer_come_with_the_declaration():
    declared = found(feed())["staging.orders"]
    assert (declared.layer, declared.is_feed, declared.doc) == ("staging", True, "A table.")


# --- all of them --------------------------------------------------------------------------------


def reads(name, *others):
    """A table file that reads at most one other table."""
    declared = Table(key=("a",), columns="a string", reads={"x": others[0]} if others else {})
    return module(name, declared, (lambda x: None) if others else (lambda: None))


def test_tables_come_after_what_they_read_whatever_order_they_are_found_in():
    chain = [
        reads("rackets.c", Read("core.b")),
        reads("core.b", Read("core.z")),
        reads("core.z", Read("staging.orders")),
        feed(),
    ]
    assert list(found(*chain)) == list(found(*chain[::-1])) == ["staging.orders", "core.z", "core.b", "rackets.c"]


def test_two_files_of_one_name_are_two_writers():
    with pytest.raises(ValueError, match=r"core.t has two writers"):
        found(reads("core.t"), reads("core.t"))


def test_a_read_of_what_nobody_writes_is_named_keyframes_included():
    with pytest.raises(ValueError, match=r"core.t reads core.gone, which no file declares"):
        found(reads("core.t", Read("core.gone")))
    with pytest.raises(ValueError, match=r"core.t reads core.state, which no file declares"):
        found(feed(), reads("core.t", Read("staging.orders", keyframes="core.state")))


def test_tables_that_read_each_other_are_refused_and_named():
    with pytest.raises(ValueError, match=r"circle: \['core.a', 'core.b', 'core.c'\]"):
        found(reads("core.a", Read("core.b")), reads("core.b", Read("core.c")), reads("core.c", Read("core.a")), feed())


def test_a_cache_is_rows_of_the_table_itself_and_no_past():
    declared = found(reads("core.a", Read("core.a", days=28, cache=True)))["core.a"]
    assert (declared.reads_own_past, declared.sources()) == (False, set())
    with pytest.raises(ValueError, match=r"core.b: core.a is another table, a cache is rows of the table itself"):
        found(reads("core.a"), reads("core.b", Read("core.a", cache=True)))


def test_a_table_may_read_its_own_past():
    declared = found(reads("core.a", Read("core.a", days=28, past=True)))["core.a"]
    assert declared.reads_own_past
    assert declared.sources() == set()


# --- the real ones ------------------------------------------------------------------------------


def test_every_table_that_others_read_is_declared_with_its_documentation():
    tables = catalog.catalog()
    assert set(PUBLISHED) <= set(tables)
    assert {name for name, declared in tables.items() if not declared.doc.startswith(f"{name}: ")} == set()
    assert {
        name for name, declared in tables.items() if not declared.is_feed and "Grain: " not in declared.doc
    } == set()
    uncommented = {
        f"{n}.{c.name}" for n, d in tables.items() if not d.is_feed for c in d.table.schema() if not c.comment
    }
    assert uncommented == set()


def test_data_moves_one_way():
    tables = catalog.catalog()
    place = {layer: i for i, layer in enumerate(catalog.LAYERS)}
    backwards = {
        (name, source) for name, declared in tables.items() for source in declared.sources()
        if place[tables[source].layer] > place[declared.layer] and tables[source].table.every != "request"
    }  # fmt: skip
    assert backwards == set()
    order = list(tables)
    assert all(
        order.index(source) < order.index(name) for name, declared in tables.items() for source in declared.sources()
    )


def test_patterns_choose_tables_upstream_first():
    assert [declared.name for declared in catalog.select(["rackets.leads", "core.tra*", "staging.orders"])] == [
        "staging.orders", "core.trades", "rackets.leads",
    ]  # fmt: skip
    assert [d.name for d in catalog.select(["core.trades", "core.*"])].count("core.trades") == 1
    with pytest.raises(UsageError, match=r"no table matches 'core.x\*': `python -m jobs list`"):
        catalog.select(["core.*", "core.x*"])


def test_what_is_computed_on_request_is_meant_by_its_full_name_only():
    assert [declared.name for declared in catalog.select(["models.listings"])] == ["models.listings"]
    assert "models.listings" not in {declared.name for declared in catalog.select(["*"])}
    with pytest.raises(UsageError, match=r"no table matches 'models.\*'"):
        catalog.select(["models.*"])


def test_a_day_needs_daily_tables_and_their_keyframes_and_a_week_the_rest():
    daily = [declared.name for declared in catalog.daily_tables()]
    weekly = [declared.name for declared in catalog.weekly_tables()]
    asked = [name for name, declared in catalog.catalog().items() if declared.table.every == "request"]
    assert asked == ["models.listings"]
    assert sorted(daily + weekly + asked) == sorted(catalog.catalog())
    assert {"core.trades", "core.listing_states", "core.seller_states", "links.traits"} <= set(daily)
    assert {"links.edges", "rackets.members", "rackets.leads"} <= set(weekly)
