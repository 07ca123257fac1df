"""What the shops offer: one entry per listing, with the pictures it shows."""

from dataclasses import dataclass, field

import numpy as np

from simulator import wording
from simulator.actors import OPEN, Cast, Shop
from simulator.brands import BRANDS, PLAIN_PRICE
from simulator.geography import COUNTIES

NEVER_DELIVERED = 0.006  # share of listings that the marketplace forgets to deliver
SAME_FILE = 0.5  # a shared picture is uploaded as it is, so that the platform gives it the same id


@dataclass
class Listings:
    """Columns of all listings; times are days, `removed` may be open."""

    shop: list = field(default_factory=list)
    category: list = field(default_factory=list)
    brand: list = field(default_factory=list)  # index or -1
    is_fake: list = field(default_factory=list)
    price: list = field(default_factory=list)
    later_price: list = field(default_factory=list)
    repriced: list = field(default_factory=list)  # day from which the later price holds
    listed: list = field(default_factory=list)
    removed: list = field(default_factory=list)
    reason: list = field(default_factory=list)
    title: list = field(default_factory=list)
    description: list = field(default_factory=list)
    brand_claimed: list = field(default_factory=list)
    ship_from: list = field(default_factory=list)
    text: list = field(default_factory=list)  # index of a shared description, -1 = its own
    images: list = field(default_factory=list)  # tuples of image numbers
    popularity: list = field(default_factory=list)
    is_delivered: list = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.shop)


@dataclass
class Images:
    """One entry per uploaded file: which picture it shows and how it was altered (0 = not at all)."""

    base: list = field(default_factory=list)
    alteration: list = field(default_factory=list)
    as_is: dict = field(default_factory=dict)  # base -> number of the unaltered file

    def __len__(self) -> int:
        return len(self.base)


def make_listings(cast: Cast, r, days: int, oddity: float) -> tuple[Listings, Images]:
    """All listings of all shops. Needs the whole cast; hands out further pictures from it."""
    listings, images = Listings(), Images()
    for number, shop in enumerate(cast.shops):
        own_text = wording.draw_template(r, False) if r.random() < 0.4 else None
        for _ in range(shop.goods.listings):
            add_listing(cast, r, listings, images, number, shop, days, own_text)
            listings.is_delivered.append(r.random() >= NEVER_DELIVERED * oddity)
    return listings, images


def add_listing(
    cast: Cast, r, listings: Listings, images: Images, number: int, shop: Shop, days: int, own_text
) -> None:
    goods = shop.goods
    category = r.choice(goods.categories)
    brand = r.choice(goods.brands) if goods.brands and r.random() < goods.brand_share else -1
    is_fake = goods.style == "fake" and brand >= 0
    evasion, evaded = wording.draw_evasion(r, goods, brand) if is_fake else (None, None)
    price = draw_price(r, goods, category, brand)
    listed, removed, reason = draw_life(r, shop, is_fake, days)
    repriced = r.uniform(listed, days) if r.random() < 0.15 else OPEN
    mode = cast.modes[shop.dispatch[0][1][0][0]]
    county = COUNTIES[cast.places[mode.place].county] if r.random() < 0.9 else r.choice(COUNTIES)
    text = goods.text if goods.text >= 0 and r.random() < goods.text_share else -1
    sentences = cast.texts[text] if text >= 0 else own_text or wording.draw_template(r, is_fake)
    listings.shop.append(number)
    listings.category.append(category)
    listings.brand.append(brand)
    listings.is_fake.append(is_fake)
    listings.price.append(price)
    listings.later_price.append(round(price * r.uniform(0.85, 1.1), 2))
    listings.repriced.append(repriced)
    listings.listed.append(listed)
    listings.removed.append(removed)
    listings.reason.append(reason)
    listings.title.append(wording.draw_title(r, goods, category, brand, evaded))
    listings.description.append(wording.render_text(r, sentences) if r.random() < 0.97 else None)
    listings.brand_claimed.append(wording.claim_brand(r, goods, brand, evasion))
    listings.ship_from.append(
        r.choice([county.city.removesuffix("市"), county.city, f"{county.province} {county.city}", None])
    )
    listings.text.append(text)
    listings.images.append(draw_images(cast, r, images, goods))
    listings.popularity.append(r.lognormvariate(0, 0.8))


def draw_price(r, goods, category: str, brand: int) -> float:
    """Asking price in yuan: relative to the reference of a brand, or to what such goods cost without one."""
    reference = dict(BRANDS[brand].prices).get(category, PLAIN_PRICE[category]) if brand >= 0 else PLAIN_PRICE[category]
    median, sigma = goods.price
    if brand < 0 and goods.style == "fake":
        median, sigma = 1.0, 0.3
    price = max(0.5, reference * median * r.lognormvariate(0, sigma))
    return round(price) + r.choice([0, 0, 0.9, 0.99, -0.1]) if price > 20 else round(price, 2)


def draw_life(r, shop: Shop, is_fake: bool, days: int) -> tuple[float, float, str | None]:
    """(listed, removed, reason). Fakes are taken down more often; a closing shop takes all with it."""
    old = shop.opened < 0 and r.random() < 0.85
    end = min(shop.closed, days)
    listed = (
        r.uniform(shop.opened, min(0, shop.opened + 60))
        if old
        else r.uniform(max(shop.opened, 0), max(end, shop.opened))
    )
    if not old and shop.opened >= 0 and r.random() < 0.7:
        listed = shop.opened + r.uniform(0, min(2, max(0, end - shop.opened)))
    removed, reason = OPEN, None
    if r.random() < (0.12 if is_fake else 0.06):
        removed = max(listed, 0) + r.uniform(1, max(2, days))
        reason = r.choices(
            ["seller", "sold_out", "ip_complaint", "platform_proactive"], [2, 1, 5, 2] if is_fake else [6, 4, 0.3, 0.2]
        )[0]
    if shop.closed < min(removed, days):
        removed, reason = shop.closed, "seller" if shop.close_reason == "seller" else "platform_proactive"
    return (listed, removed, reason) if removed < days else (listed, OPEN, None)


def draw_images(cast: Cast, r, images: Images, goods) -> tuple[int, ...]:
    """One to three pictures: shared ones as they are or altered, or new ones."""
    chosen = []
    for _ in range(r.choice([1, 2, 2, 3])):
        if goods.pictures and r.random() < goods.picture_share:
            base = r.choice(goods.pictures)
            if r.random() < SAME_FILE:
                if base not in images.as_is:
                    images.as_is[base] = add_image(images, base, 0)
                chosen.append(images.as_is[base])
                continue
            chosen.append(add_image(images, base, r.randrange(1, 1 << 30)))
        else:
            chosen.append(add_image(images, cast.pictures, 0))
            cast.pictures += 1
    return tuple(dict.fromkeys(chosen))


def add_image(images: Images, base: int, alteration: int) -> int:
    images.base.append(base)
    images.alteration.append(alteration)
    return len(images) - 1


def alive(listings: Listings, cast: Cast, days: int) -> np.ndarray:
    """Intervals in which a listing can sell: one row (listing, from, to) for each."""
    pieces = []
    for i, number in enumerate(listings.shop):
        shop = cast.shops[number]
        free = [(max(listings.listed[i], shop.opened, 0), min(listings.removed[i], shop.closed, days))]
        for a, b in shop.quiet:
            free = [p for x, y in free for p in ((x, min(y, a)), (max(x, b), y))]
        pieces += [(i, x, y) for x, y in free if y - x > 0.01]
    return np.array(pieces)
