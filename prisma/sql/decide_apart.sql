-- Undoes a batch whose items cannot be decided together: the batcher tries its halves, down to one item.
CREATE OR REPLACE FUNCTION decide_apart() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Items of this batch have to be decided one after the other.';
END $$;
