-- 0003_clv — what buyers are expected to buy next: the scores of a fit of lifetime value.

-- Whether the scores of a fit were written. 0: it ran away and is kept to be looked at only.
ALTER TABLE score_fit ADD COLUMN applied @INT@ NOT NULL DEFAULT 1 CHECK (applied IN (0, 1));

-- Derived: the lifetime value in force of each root customer with a purchase, as of the day that
-- the fit looked up to. For 'clv' score_fit.period_s is the horizon.
CREATE TABLE clv_score (
    customer_id     @PK@,
    fit_id          @INT@ NOT NULL REFERENCES score_fit (id),
    horizon_s       @INT@ NOT NULL,            -- of the fit; tells rows of two fits apart
    alive_ppm       @INT@ NOT NULL,            -- P(still a buyer), in millionths
    purchases_micro @INT@ NOT NULL,            -- expected days with a purchase in it, in millionths
    value_fen       @INT@ NOT NULL,            -- expected amount of such a day
    clv_fen         @INT@ NOT NULL,            -- expected amount of the horizon, discounted
    repeats         @INT@ NOT NULL,            -- days with a purchase after the first
    first_day       @INT@ NOT NULL,            -- the first and the last of them
    last_day        @INT@ NOT NULL
) @STRICT@;
CREATE INDEX clv_score_top ON clv_score (clv_fen, customer_id);
