-- One row per item: olist writes every piece of an order as an item of its own, and an order may hold pieces of
-- several products and shops, while an order of the contract has one listing.
--
-- note: order_id is the source's order and item, <order_id>-<order_item_id>; an order without an item has no listing, shop or price and is rejected by staging
-- note: unit_price_cny and paid_cny are Brazilian real, not yuan: the source has no rate, and none is applied; freight is left out
-- note: paid_at is order_approved_at; where that is missing the source does not say when, or whether, was paid, and staging rejects the row
-- note: listing_id is product and shop, <product_id>-<seller_id>: a product is sold by several shops, a listing belongs to one
-- note: the day is that of the newest time of the order: the source shows how an order ended, not the steps to it
-- note: canceled and unavailable orders are closed; approved, invoiced and processing ones are paid; a status that the contract does not know is passed on
WITH dated AS (
  SELECT
    *,
    CAST(greatest(
      order_purchase_timestamp, order_approved_at, order_delivered_carrier_date, order_delivered_customer_date
    ) AS TIMESTAMP) AS newest_at  -- all of one form, so that text compares as time does; what is null is left out
  FROM orders
)
SELECT
  to_date(o.newest_at) AS dt,
  array(o._at, i._at, c._at) AS _from,
  concat_ws('-', o.order_id, i.order_item_id) AS order_id,
  i.product_id || '-' || i.seller_id AS listing_id,
  i.seller_id,
  c.customer_unique_id AS buyer_id,  -- the person; customer_id is new with every order
  CASE WHEN i.order_id IS NOT NULL THEN 1 END AS quantity,
  i.price AS unit_price_cny,
  i.price AS paid_cny,
  o.order_approved_at AS paid_at,
  CASE
    WHEN o.order_status = 'delivered' THEN 'received'
    WHEN o.order_status IN ('canceled', 'unavailable') THEN 'closed'
    WHEN o.order_status IN ('approved', 'invoiced', 'processing') THEN 'paid'
    ELSE o.order_status
  END AS status,
  o.newest_at AS updated_at
FROM dated AS o
LEFT JOIN order_items AS i ON i.order_id = o.order_id
LEFT JOIN customers AS c ON c.customer_id = o.customer_id
