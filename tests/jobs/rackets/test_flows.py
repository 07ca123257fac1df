"""rackets.flows: who supplies whom, inside, from outside and to trade."""

import pytest

from jobs.rackets.flows import MAX_FLOWS
from tests.frames import Cases

CASES = Cases(
    "rackets.flows", "03-31", "03-31", ids="racket_id seller_id buyer_seller_id listing_id",
    members="ds | racket_id | seller_id", sales="ds | seller_id",
    listings="""
        ds    | listing_id | category  | suspicion
        03-31 | fake       | sneakers  | -1.4
        03-31 | honest     | sneakers  | -1.5
        03-31 | leather    | materials | 2
        03-31 | boxes      | packaging | -3
    """,
)  # fmt: skip
MEMBERS = """
    ds    | racket_id | seller_id
    03-31 | R1        | maker
    03-31 | R1        | front
    03-31 | R2        | rival
"""
SALES = "ds | seller_id | listing_id | buyer_seller_id | orders | turnover_cny | first_paid_at | last_paid_at"
SHOWN = "racket_id direction seller_id buyer_seller_id goods orders turnover_cny"


@pytest.fixture
def flows(spark, request):
    return lambda columns=SHOWN: CASES.lines(spark, request.node.name, columns)


@CASES.rows(
    members=MEMBERS,
    sales=f"""
        {SALES}
        03-31 | maker  | fake    | front    | 3 | 300 | 03-01 | 03-05
        03-31 | maker  | other   | front    | 1 | 10  | 03-01 | 03-01
        03-31 | tanner | leather | maker    | 2 | 80  | 03-02 | 03-02
        03-31 | tanner | boxes   | maker    | 1 | 5   | 03-02 | 03-02
        03-31 | maker  | fake    | reseller | 4 | 400 | 03-03 | 03-04
        03-31 | front  | fake    | ''       | 9 | 900 | 03-03 | 03-04
        03-31 | front  | honest  | reseller | 9 | 900 | 03-03 | 03-04
        03-31 | tanner | leather | reseller | 9 | 900 | 03-03 | 03-04
        03-31 | maker  | fake    | former   | 0 | 0   | 03-03 | 03-04
    """,
)
def test_flows_are_between_members_from_outside_and_of_suspect_goods_to_trade(flows):
    assert flows() == [
        "R1 in tanner maker materials 2 80",
        "R1 in tanner maker packaging 1 5",
        "R1 inside maker front other 1 10",
        "R1 inside maker front suspect 3 300",
        "R1 out maker reseller suspect 4 400",
    ]


@CASES.rows(
    members=MEMBERS,
    sales=f"""
        {SALES}
        03-31 | maker | fake  | rival | 1 | 100 | 03-01 | 03-05
        03-31 | maker | other | rival | 1 | 100 | 03-01 | 03-05
    """,
)
def test_a_flow_between_two_rackets_is_a_row_of_both(flows):
    assert flows() == [
        "R1 out maker rival suspect 1 100",
        "R2 in maker rival other 1 100",
        "R2 in maker rival suspect 1 100",
    ]


@CASES.rows(
    members=MEMBERS,
    sales=SALES + "".join(f"\n03-31 | maker | fake | shop{n:03} | 1 | {n} | 03-01 | 03-05" for n in range(MAX_FLOWS + 20)),
)  # fmt: skip
def test_of_many_customers_the_largest_are_kept(flows):
    found = flows("buyer_seller_id")
    assert len(found) == MAX_FLOWS
    assert (found[0], found[-1]) == ("shop020", f"shop{MAX_FLOWS + 19}")
