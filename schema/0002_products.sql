-- 0002_products — what a product costs, and converted referrals at hand.

-- What one piece costs the corp, in millionths of the currency unit; NULL: not known.
ALTER TABLE product ADD COLUMN cost_micro @INT@ CHECK (cost_micro >= 0);

-- Converted referrals of a customer, for the influence score of a profile. Events of other kinds
-- are not in it, so it costs their inserts nothing.
CREATE INDEX event_converted ON event (customer_id, at_s) WHERE kind = 48;
