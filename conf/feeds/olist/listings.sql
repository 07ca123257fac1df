-- One row per product, shop and day of sale: the source has products, but not when a shop offered which at what price.
--
-- note: listing_id is product and shop, <product_id>-<seller_id>
-- note: title is the product's id: the source has no titles, and the contract wants one; nothing can be read from it
-- note: category is the source's own name for it, in English where the source translates it; a product without one is rejected by staging
-- note: price_cny is the price of the day's last sale in Brazilian real, not yuan: the source has no rate, and none is applied
-- note: listed_at is the first sale: the listing is that old or older
-- note: ship_from is the shop's city as the source spells it
WITH sales AS (
  SELECT
    i.product_id,
    i.seller_id,
    i.price,
    i._at,
    o._at AS order_at,
    CAST(o.order_purchase_timestamp AS TIMESTAMP) AS sold_at,
    min(CAST(o.order_purchase_timestamp AS TIMESTAMP)) OVER (PARTITION BY i.product_id, i.seller_id) AS first_sold_at
  FROM order_items AS i
  JOIN orders AS o ON o.order_id = i.order_id
),
daily AS (
  SELECT
    product_id,
    seller_id,
    to_date(sold_at) AS dt,
    max_by(price, struct(sold_at, _at)) AS price,
    max(sold_at) AS sold_at,
    min(first_sold_at) AS listed_at
  FROM sales
  GROUP BY product_id, seller_id, to_date(sold_at)
)
SELECT
  d.dt,
  array(p._at, t._at) AS _from,
  d.product_id || '-' || d.seller_id AS listing_id,
  d.seller_id,
  d.product_id AS title,
  coalesce(t.product_category_name_english, p.product_category_name) AS category,
  d.price AS price_cny,
  d.listed_at,
  s.seller_city AS ship_from,
  d.sold_at AS updated_at
FROM daily AS d
LEFT JOIN products AS p ON p.product_id = d.product_id
LEFT JOIN product_category_name_translation AS t ON t.product_category_name = p.product_category_name
LEFT JOIN sellers AS s ON s.seller_id = d.seller_id
