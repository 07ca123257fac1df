-- One row per shop, on the day on which the source first shows it.
--
-- note: registered_at is the shop's first sale, and the newest time of the export for shops without one: it was registered then or earlier, the source does not say when
-- note: registered_address is the shop's city, state and first five digits of its postal code, as the source spells them
WITH seen AS (
  SELECT i.seller_id, min(CAST(o.order_purchase_timestamp AS TIMESTAMP)) AS first_sold_at
  FROM order_items AS i
  JOIN orders AS o ON o.order_id = i.order_id
  GROUP BY i.seller_id
),
export AS (
  SELECT CAST(max(greatest(
    order_purchase_timestamp, order_approved_at, order_delivered_carrier_date, order_delivered_customer_date
  )) AS TIMESTAMP) AS newest_at
  FROM orders
)
SELECT
  to_date(coalesce(seen.first_sold_at, export.newest_at)) AS dt,
  s._at AS _from,
  s.seller_id,
  'olist' AS platform,
  coalesce(seen.first_sold_at, export.newest_at) AS registered_at,
  concat_ws(', ', s.seller_city, s.seller_state, s.seller_zip_code_prefix) AS registered_address,
  coalesce(seen.first_sold_at, export.newest_at) AS updated_at
FROM sellers AS s
LEFT JOIN seen ON seen.seller_id = s.seller_id
CROSS JOIN export
