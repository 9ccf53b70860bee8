-- 0007_cycles — dates that matter: what is due when, counted from what last happened.
--
-- A cycle gives each customer at most one due day. Expressions say due("its name"); what counts and
-- how days are added is in docs/AUDIENCE.md, "Due dates". Nothing about a customer is stored: due
-- days are worked out from orders, events and fields whenever they are asked for.

CREATE TABLE cycle (
    id         @PK@,
    name       @TEXT@ NOT NULL,                -- the name in the language: due("name")
    -- What it counts from: the last kept purchase of one of its products, the last event of a
    -- kind, a day field, or a relative's birth (a day field) with the customer's own age at their
    -- first purchase as the length.
    starts     @TEXT@ NOT NULL
               CHECK (starts IN ('purchase', 'event', 'field', 'relative')),
    kind_id    @INT@ REFERENCES event_kind (id), -- 'event': which kind
    field_id   @INT@ REFERENCES field (id),    -- 'field', 'relative': which day field
    length     @INT@,                          -- NULL: 'relative', which has no one length
    unit       @TEXT@ CHECK (unit IN ('day', 'month')), -- of the length
    -- 0: not among what is due today; expressions mean the same
    enabled    @INT@ NOT NULL DEFAULT 1,
    account_id @INT@,                          -- who made it
    created_s  @INT@ NOT NULL,
    updated_us @INT@ NOT NULL,
    CHECK ((length IS NULL) = (starts = 'relative') AND (unit IS NULL) = (length IS NULL)),
    CHECK ((kind_id IS NULL) = (starts <> 'event')),
    CHECK ((field_id IS NULL) = (starts = 'purchase' OR starts = 'event'))
) @STRICT@;
CREATE UNIQUE INDEX cycle_name ON cycle (name);

-- The products of a cycle of purchases: buying any of them begins it anew.
CREATE TABLE cycle_product (
    cycle_id   @INT@ NOT NULL REFERENCES cycle (id),
    product_id @INT@ NOT NULL, -- not declared: an import that is taken back may take it along
    PRIMARY KEY (cycle_id, product_id)
) @CLUSTERED@;
CREATE INDEX cycle_product_product ON cycle_product (product_id);

-- Sales that are no purchases: not paid (sale_fen is 0 until then), or given away. Few; whoever
-- counts lines of orders leaves theirs out.
CREATE INDEX orders_unsold ON orders (id) WHERE nature = 'sale' AND sale_fen <= 0;
