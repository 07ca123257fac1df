"""The people, places and events of a world: invented, and mechanisms instead of labels."""

import random

import numpy as np
import pytest

from simulator import brands, names
from simulator.actors import OPEN, Goods, Shop, give, replace
from simulator.geography import COUNTIES, bd09_from_gcj02, draw_place, gcj02_from_wgs84, spellings
from simulator.presets import PRESETS
from simulator.rackets import common_value, draw_racket
from simulator.world import build_world


@pytest.fixture(scope="module")
def demo():
    return build_world(PRESETS["demo"], 5, 35, lambda line: None)


def test_phone_numbers_are_of_ranges_that_no_operator_has(good_rows):
    for row in good_rows("sellers"):
        for phone in row["phones"]:
            plain = "".join(
                c for c in phone.translate({0xFF10 + i: 48 + i for i in range(10)}) if c.isdigit()
            ).removeprefix("86")
            assert plain[:3] in names.MOBILE_PREFIXES or phone in names.PLACEHOLDER_PHONES


def test_addresses_on_networks_route_nowhere(good_rows):
    assert all(int(ip.split(".")[0]) == 100 and 64 <= int(ip.split(".")[1]) <= 127
               for row in good_rows("sellers") for ip in row["ip_prefixes"])  # fmt: skip


def test_licences_have_a_right_check_character():
    licence = names.draw_licence(random.Random(1), "350302")
    total = sum(names.LICENCE_ALPHABET.index(c) * w for c, w in zip(licence[:17], names.LICENCE_WEIGHTS, strict=True))
    assert (total + names.LICENCE_ALPHABET.index(licence[17])) % 31 == 0


def test_datums_agree_with_published_examples():
    # Reference values of the widely used coordtransform implementations.
    assert np.allclose(gcj02_from_wgs84(116.404, 39.915), (116.41024449916938, 39.91640428150164), atol=1e-9)
    assert np.allclose(bd09_from_gcj02(116.404, 39.915), (116.41036949371029, 39.92133699351021), atol=1e-9)


def test_all_spellings_of_a_place_keep_road_and_number():
    place = draw_place(random.Random(2), 0)
    wide = str(place.number).translate(names.DIGITS_WIDE)
    for text in spellings(place):
        assert place.street in text
        assert str(place.number) in text or wide in text


def test_an_evasive_title_hides_the_name_in_the_way_it_says():
    r, brand = random.Random(3), brands.BRANDS[0]
    assert brand.latin not in brands.EVASIONS["homoglyph"](r, brand)
    assert brands.EVASIONS["traditional"](r, brand) == "馳風"
    assert brands.EVASIONS["hidden"](r, brand) == ""
    assert len(brands.EVASIONS["mask"](r, brand)) in (len(brand.chinese), len(brand.latin))


def test_ids_do_not_tell_who_belongs_together(demo):
    numbers = np.array([int("".join(c for c in name.removeprefix("b2b") if c.isdigit())) for name in demo.ids.sellers])
    is_racket = np.array([shop.racket >= 0 for shop in demo.cast.shops])
    ranks = numbers.argsort().argsort() / len(numbers)
    assert abs(ranks[is_racket].mean() - 0.5) < 0.1


def test_all_kinds_of_look_alikes_trade(demo):
    kinds = {demo.cast.shops[shop].kind for shop in demo.orders.shop}
    assert kinds == {
        "racket", "reseller", "reseller_group", "honest_single", "honest_multi_shop", "honest_cheap", "mcn", "village",
        "forwarder", "authorised", "used", "personal_shopper", "substitute", "wholesaler", "materials",
    }  # fmt: skip


def test_rackets_hide_different_families(demo):
    hidden = [{family for family, share in racket.leak.items() if share == 0} for racket in demo.cast.rackets]
    assert len({frozenset(h) for h in hidden}) > 8
    assert all(0 < len(h) < len(demo.cast.rackets[0].leak) for h in hidden)


def test_honest_shops_share_what_rackets_share(demo):
    """Forwarders' accounts and agencies' phones have users inside and outside of rackets."""
    hubs = {account for hub in demo.cast.hubs for account in hub.accounts}
    users = {
        demo.cast.modes[way].account: set() for shop in demo.cast.shops for _, ways in shop.dispatch for way, _ in ways
    }
    for shop in demo.cast.shops:
        for _, ways in shop.dispatch:
            for way, _ in ways:
                users[demo.cast.modes[way].account].add(shop.kind)
    assert any({"racket", "honest_single"} <= users[account] for account in hubs & set(users))


def test_honest_makers_buy_materials_too(demo):
    """A purchase of materials tells nothing by itself."""
    buyers = {demo.cast.shops[p.buyer].kind for p in demo.cast.purchases if p.supplier in demo.cast.material_shops}
    assert {"racket", "honest_single", "wholesaler", "village", "honest_multi_shop"} <= buyers


def test_few_forwarders_have_most_of_the_trade(demo):
    place = {hub.place: number for number, hub in enumerate(demo.cast.hubs)}
    sent = np.array([place.get(demo.cast.modes[shop.dispatch[0][1][0][0]].place, -1) for shop in demo.cast.shops])
    users = np.bincount(sent[sent >= 0], minlength=len(place))
    assert users.argmax() == 0
    assert users[0] > users.sum() / 3


def test_honest_shops_change_values_and_move_too(demo):
    honest = [shop for shop in demo.cast.shops if shop.racket < 0]
    changed = [{kind for kind, _, since, _ in shop.traits if since > max(shop.opened, 0)} for shop in honest]
    assert {kind for kinds in changed for kind in kinds} == {"phone", "device", "payout", "return"}
    assert 0.02 < np.mean([bool(kinds) for kinds in changed]) < 0.2
    assert all(len(shop.dispatch) == 2 for shop, kinds in zip(honest, changed, strict=True) if "return" in kinds)


def test_a_replaced_value_ends_when_the_new_one_begins():
    shop = Shop("taobao", "used", "", -5, Goods("honest", ("other",)), 1)
    give(shop, [("phone", "a"), ("phone", "b"), ("device", "x")], -5)
    replace(shop, "phone", "d", 30)
    replace(shop, "phone", "c", 20)
    assert shop.traits == [
        ["phone", "a", -5, 20],
        ["phone", "b", -5, 20],
        ["device", "x", -5, OPEN],
        ["phone", "d", 30, 20],
        ["phone", "c", 20, OPEN],
    ]


def test_fronts_of_one_controller_share_his_machines():
    racket = draw_racket(random.Random(1), 0, PRESETS["demo"], 35)
    racket.pools = {"device": ["d0", "d1", "d2"], "payout": ["p0", "p1", "p2"]}
    r = random.Random(2)
    devices = [common_value(r, racket, "device", 4) for _ in range(300)]
    payouts = [common_value(r, racket, "payout", 4) for _ in range(300)]
    assert 0.85 < devices.count("d1") / 300 < 1
    assert all(80 < payouts.count(value) < 120 for value in racket.pools["payout"])


def test_shops_that_come_back_after_a_takedown_carry_over_only_a_part(demo):
    shops = demo.cast.shops
    values = [{(kind, value) for kind, value, *_ in shop.traits} for shop in shops]
    kept = []
    for racket in demo.cast.rackets:
        for old in racket.shops:
            again = [new for new in racket.shops if 0 < shops[new].opened - shops[old].closed < 9]
            kept += [len(values[old] & values[new]) / len(values[new]) for new in again]
    assert len(kept) > 5
    assert 0.02 < np.mean(kept) < 0.6 and max(kept) < 1


def test_a_dormant_racket_sells_nothing(demo):
    quiet = [(n, racket) for n, racket in enumerate(demo.cast.rackets) if racket.quiet]
    assert quiet
    of = np.array([shop.racket for shop in demo.cast.shops])
    for number, racket in quiet:
        at = demo.orders.paid_at[of[demo.orders.shop] == number]
        assert not ((at > racket.quiet[0]) & (at < racket.quiet[1])).any()


def test_a_racket_does_one_thing_at_most_besides_a_split_or_a_merger(demo):
    """Dormancy and moves would be blurred by fronts that leave or come."""
    for number, racket in enumerate(demo.cast.rackets):
        takes_another = any(other.merge and other.merge[1] == number for other in demo.cast.rackets)
        if racket.split or racket.merge or takes_another or racket.parent >= 0:
            assert racket.quiet is None and racket.move is None
    happened = {event for _, event, *_ in demo.cast.events}
    assert happened >= {"birth", "split", "merge", "merged_into", "dormant", "revive", "move"}


def test_nothing_leaves_a_workshop_after_it_has_moved():
    cast = build_world(PRESETS["demo"], 4, 35, lambda line: None).cast
    moved = [x for x in cast.rackets if x.move is not None and x.dispatch_how == "own"]
    assert moved
    for racket in moved:
        (old,) = [place for kind, place, since, _, _ in racket.sites if kind == "made_at" and since < racket.move]
        for shop in (cast.shops[i] for i in racket.shops if cast.shops[i].closed > racket.move):
            day, ways = shop.dispatch[-1]
            assert old not in [cast.modes[mode].place for mode, _ in ways]
            assert day < max(racket.move, shop.opened) + 4


def test_who_left_a_group_buys_no_more_from_it(demo):
    (parent,) = [racket for racket in demo.cast.rackets if racket.split]
    day, child, _ = parent.split
    left = {i for i, *_ in demo.cast.rackets[child].members}
    stayed = set(parent.sources) - left
    assert all(p.day_to <= day for p in demo.cast.purchases if p.buyer in left and p.supplier in stayed)


def test_a_split_gives_the_new_group_values_of_its_own(demo):
    parents = [racket for racket in demo.cast.rackets if racket.split]
    assert parents
    child = parents[0].split[1]
    kid = demo.cast.rackets[child]
    assert kid.parent == demo.cast.rackets.index(parents[0])
    assert 3 <= len(kid.pools["new"]) <= 4
    assert kid.workshop != parents[0].workshop


def test_no_order_is_paid_before_its_listing_or_after_its_shop_closed(demo):
    listed = np.array(demo.listings.listed)[demo.orders.listing]
    closed = np.array([shop.closed for shop in demo.cast.shops])[demo.orders.shop]
    assert (demo.orders.paid_at >= listed).all()
    assert (demo.orders.paid_at <= closed).all()


def test_an_undo_is_recorded_after_what_it_undoes(demo):
    undone = [x for x in demo.outcomes if x.undoes >= 0]
    assert undone
    for undo in undone:
        before = demo.outcomes[undo.undoes]
        assert undo.event == "undo" and before.case == undo.case and before.recorded_at < undo.recorded_at
    assert all(x.at < x.recorded_at for x in demo.outcomes)


def test_every_county_code_has_six_digits():
    assert all(len(c.code) == 6 and c.code.isdigit() for c in COUNTIES)
