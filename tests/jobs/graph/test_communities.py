"""Which shops are one operation: hubs tie nobody, customers and guests are not members, halves that part are two."""

import numpy as np
import pytest

from jobs.graph import communities as c
from tests.jobs.graph.shops import KIND, Shops, groups


def found(shops):
    label, _ = c.communities(shops.component())
    return groups(shops.names, label)


def racket(shops, names):
    """An operation whose shops share part of what they have."""
    shops.use(names[: len(names) // 2 + 1], "payout_account")
    shops.use(names[len(names) // 2 - 1 :], "device")
    shops.use(names[::2], "phone")
    shops.use(names[1::2], "return_address")


def test_shops_that_share_different_things_are_one_operation():
    shops = Shops("abcdefgh")
    racket(shops, "abcdefgh")
    assert found(shops) == ["abcdefgh"]


def test_a_value_of_forty_suspects_is_one_operation_and_one_that_honest_shops_use_ties_nobody():
    names = "".join(chr(ord("a") + k) for k in range(40))
    big = Shops(names)
    big.use(names, "payout_account")
    assert found(big) == [names]
    hub = Shops("abcd")
    hub.use("abcd", "return_address", honest=5)
    hub.use("abcd", "phone", honest=8)
    assert found(hub) == []


def test_two_operations_with_a_forwarder_in_common_stay_two():
    shops = Shops("abcdefghijkl")
    racket(shops, "abcdef")
    racket(shops, "ghijkl")
    shops.use("abcghi", "return_address", outside=6)
    shops.use("cdij", "sender_account", outside=5)
    assert found(shops) == ["abcdef", "ghijkl"]


def test_a_value_that_one_community_alone_uses_counts_whole_however_many_they_are():
    shops = Shops("abcdefgh")
    shops.use("abcdefgh", "phone", outside=0)
    part = shops.component()
    assert c.reweighed(part, np.zeros(8, int)) == pytest.approx(np.full(8, 6.0))
    split = c.reweighed(part, np.array([0, 0, 0, 0, 4, 4, 4, 4]))
    assert split == pytest.approx(np.full(8, 6.0 - 2.0 * np.log(5)))


def test_who_buys_suspect_goods_from_two_unrelated_sources_is_a_customer():
    shops = Shops("abcdefx")
    racket(shops, "abcdef")
    shops.use("abx", "image")
    shops.use("bcx", "sender_account")
    assert found(shops) == ["abcdefx"]
    shops.buy("x", "a")
    shops.buy("x", "elsewhere")
    assert found(shops) == ["abcdef"]


def test_who_bought_once_or_twice_elsewhere_is_no_customer():
    shops = Shops("abcdefx")
    racket(shops, "abcdef")
    shops.use("abx", "image")
    shops.use("bcx", "device")
    shops.buy("x", "elsewhere", orders=1)
    shops.buy("x", "somewhere", orders=1)
    assert found(shops) == ["abcdefx"]
    shops.buy("x", "nowhere", orders=1)
    assert found(shops) == ["abcdef"]


def test_who_sells_to_trade_is_no_customer():
    shops = Shops("abcdefx")
    racket(shops, "abcdef")
    shops.use("abx", "image")
    shops.use("bcx", "sender_account")
    for buyer, source in (("x", "elsewhere"), ("x", "somewhere"), ("a", "x")):
        shops.buy(buyer, source)
    assert found(shops) == ["abcdefx"]


@pytest.mark.parametrize(("kinds", "stays"), [(("image", "text"), False), (("image", "sender_address"), True)])
def test_a_guest_shares_only_what_a_customer_comes_by(kinds, stays):
    shops = Shops("abcdefx")
    racket(shops, "abcdef")
    for kind in kinds:
        shops.use("abcx", kind)
    assert found(shops) == (["abcdefx"] if stays else ["abcdef"])
    shops.buy("x", "a")
    assert found(shops) == ["abcdef"]


def test_resellers_with_their_own_account_are_a_group_of_their_own():
    shops = Shops("abcdefxyz")
    racket(shops, "abcdef")
    shops.use("xyz", "payout_account")
    shops.use("abcxyz", "image")
    shops.use("abcxyz", "text")
    assert found(shops) == ["abcdef", "xyz"]


def test_groups_in_which_hardly_anybody_shows_what_it_sells_are_let_go():
    shops = Shops("abcdef")
    racket(shops, "abcdef")
    shops.suspicion = {**dict.fromkeys("abcdef", -1.0), "a": 1.0, "b": 1.0}
    assert found(shops) == []
    shops.suspicion["c"] = 1.0
    assert found(shops) == ["abcdef"]


def test_refunds_for_fakes_of_all_shops_together_keep_a_group_that_hides_its_names():
    shops = Shops("abcdef")
    racket(shops, "abcdef")
    shops.suspicion = dict.fromkeys("abcdef", -1.0)
    shops.refunds = dict.fromkeys("abcdef", 0.4)
    assert found(shops) == []  # nobody shows what it sells: buyers' words alone are not enough
    shops.suspicion["a"] = 1.0
    assert found(shops) == ["abcdef"]
    shops.refunds["f"] = -0.5
    assert found(shops) == []


def test_a_fragment_joins_the_community_to_which_most_of_its_shops_are_well_tied():
    pairs = c.Pairs(
        src=np.array([0, 0, 1, 2, 3]), dst=np.array([1, 2, 2, 3, 4]), weight=np.full(5, 6.0),
        families=np.array([2, 2, 2, 2, 2]), best=np.full(5, 4.0), control=np.full(5, 6.0), trades=np.zeros(5, int),
    )  # fmt: skip
    assert c.rejoined(np.array([0, 0, 0, 3, 3]), pairs).tolist() == [0, 0, 0, 3, 3]  # one of two is no majority
    assert c.rejoined(np.array([0, 0, 0, 3, 4]), pairs).tolist() == [0, 0, 0, 0, 0]


def parted(old_stay="", ended=True):
    """Eight shops of old; f, g, h take up a new account and device on day 40, and open i."""
    shops = Shops("abcdefghi")
    shops.use("abcde", "payout_account")
    shops.again("fgh", "payout_account", days=(0, 40), ended=ended)
    shops.use("abcdefgh", "phone", days=(0, 100))
    shops.use("abcdefgh", "handle", days=(0, 100))
    shops.use("fgh", "payout_account", days=(41, 100))
    shops.again("i", "payout_account", days=(50, 100))
    shops.use("fgh", "device", days=(45, 100))
    shops.again("i" + old_stay, "device", days=(50, 100))
    return shops


def test_members_that_take_up_new_values_of_two_families_together_are_a_new_operation():
    assert found(parted()) == ["abcde", "fghi"]


def test_who_stays_need_not_say_so_again_but_still_sells():
    shops = Shops("abcdefghi")
    for kind in ("payout_account", "phone", "handle"):
        shops.use("abcdefgh", kind, days=(0, 20))
    shops.use("fgh", "payout_account", days=(41, 100))
    shops.again("i", "payout_account", days=(50, 100))
    shops.use("fghi", "device", days=(50, 100))
    assert found(shops) == ["abcdefghi"]
    shops.sold = dict.fromkeys("abcde", (0, 90))
    assert found(shops) == ["abcde", "fghi"]


def test_if_all_move_on_it_was_a_removal():
    shops = parted()
    shops.use("abcde", "payout_account", days=(44, 100))
    shops.again("fghi", "payout_account", days=(44, 100))
    shops.use("abcdefghi", "device", days=(44, 100))
    assert found(shops) == ["abcdefghi"]


@pytest.mark.parametrize(("last", "expected"), [(46, ["abcdefgh"]), (60, ["abcde", "fgh"])])
def test_who_is_seen_with_the_old_for_a_few_days_more_may_follow_yet(last, expected):
    shops = Shops("abcdefgh")
    for kind in ("payout_account", "phone", "handle"):
        shops.use("abcdefgh", kind, days=(0, last))
    shops.use("fgh", "payout_account", days=(41, 100))
    shops.use("fgh", "device", days=(45, 100))
    assert found(shops) == expected


def test_what_some_used_from_the_beginning_is_not_new_where_it_is_seen_later():
    shops = Shops("abcdefgh")
    racket(shops, "abcdefgh")
    for kind, since in (("payout_account", 10), ("device", 12)):
        shops.use("ab", kind, days=(1, 100))
        shops.again("cd", kind, days=(since, 100))
    assert found(shops) == ["abcdefgh"]


def test_one_new_value_is_no_secession():
    shops = Shops("abcdefgh")
    racket(shops, "abcdefgh")
    shops.use("abcdefgh", "handle")
    shops.use("fgh", "payout_account", days=(41, 100))
    assert found(shops) == ["abcdefgh"]


def test_new_addresses_and_dispatch_are_a_removal_unless_others_go_on_using_the_old_place():
    shops = Shops("abcdefgh")
    for kind in ("payout_account", "handle"):
        shops.use("abcdefgh", kind)
    shops.use("defgh", "sender_address", days=(0, 40))
    for kind in ("return_address", "sender_account", "sender_phone"):
        shops.use("fgh", kind, days=(41, 100))
    assert found(shops) == ["abcdefgh"]
    shops.use("efgh", "sender_account", days=(0, 90))
    assert found(shops) == ["abcdefgh"]  # one is nobody
    shops.use("defgh", "sender_phone", days=(0, 90))
    assert found(shops) == ["abcde", "fgh"]


def test_shops_judged_apart_are_parted_through_the_weakest_ties_until_that_is_taken_back():
    shops = Shops("abcdefgh")
    for names in ("abcd", "efgh"):
        shops.use(names, "payout_account")
        shops.use(names, "device")
    shops.use("abcdefgh", "phone")
    assert found(shops) == ["abcdefgh"]
    shops.apart("h", "a")
    assert found(shops) == ["abcd", "efgh"]
    shops.apart("a", "b")
    assert found(shops) == ["bcdefgh"]  # a alone is the cheaper cut, and parts it from h as well
    shops.judged = []
    assert found(shops) == ["abcdefgh"]


def test_the_result_does_not_depend_on_the_order_of_what_is_known():
    shops = parted()
    racket(shops, "abcdef")
    part = shops.component()
    label, _ = c.communities(part)
    draw = np.random.default_rng(1)
    for _ in range(5):
        order = draw.permutation(len(part.user))
        again = {name: getattr(part, name)[order] for name in
                 ("user", "value", "kind", "weight", "suspects", "honest", "ended", "first", "last")}  # fmt: skip
        shuffled = c.replace(part, **again)
        assert c.communities(shuffled)[0].tolist() == label.tolist()


def test_a_value_that_fifty_thousand_suspects_share_overnight_does_not_glue_their_groups():
    n, eight = 50_000, np.arange(50_000) // 8
    kind = np.full(2 * n, KIND.index("phone"))
    suspects = np.r_[np.full(n, float(n)), np.full(n, 8.0)]
    nothing = np.zeros(0, np.int64)
    part = c.Component(
        suspicion=np.ones(n), refunds=np.zeros(n), opened=np.zeros(n, int), active=np.full(n, 90), user=np.r_[np.arange(n), np.arange(n)], value=np.r_[np.zeros(n, int), 1 + eight], kind=kind,
        weight=c.BASE[kind] - 0.15 * np.log(suspects - 1), suspects=suspects, honest=np.zeros(2 * n),
        ended=np.zeros(2 * n, bool), first=np.zeros(2 * n, int), last=np.full(2 * n, 90), src=nothing, dst=nothing,
        tie_kind=nothing, tie_weight=np.zeros(0), buyer=nothing, source=nothing, orders=np.zeros(0),
        apart=np.zeros((0, 2), np.int64),
    )  # fmt: skip
    assert c.communities(part)[0].tolist() == (eight * 8).tolist()
