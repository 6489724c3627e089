-- What ranks customers and licenses adds up a hundred thousand figures of days: from an index alone, which has the values with it.
-- It is apart from the primary key, and partial, because Prisma's schema has no word for included columns.
CREATE INDEX rollup_days ON rollup (tenant_id, metric, start, product_id, customer_id, dimension) INCLUDE (value)
 WHERE size = 'day';
