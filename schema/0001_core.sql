-- 0001_core — the relational model: who there is, what they are to us, what happened, what we ask, who may ask.
-- Macros and conventions: schema/README.md. Canonical data unless a table says "derived": derived rows can be
-- computed again from the others at any time.

-- ======== people of the corp ========

-- A department of the corp; a store is a department of kind 'store', and "team" in the audience language means a
-- department with everything below it.
CREATE TABLE department (
    id          @PK@,
    parent_id   @INT@ REFERENCES department (id),  -- NULL: the root
    name        @TEXT@ NOT NULL,
    kind        @TEXT@ NOT NULL DEFAULT 'office' CHECK (kind IN ('office', 'region', 'store')),
    city        @TEXT@,
    position    @INT@ NOT NULL DEFAULT 0,          -- order among siblings
    external_id @TEXT@,                            -- the platform's id, once connected
    created_s   @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX department_external ON department (external_id);
CREATE INDEX department_name ON department (name);

-- Derived: each department with each department above it and itself, so that "in this team" is one lookup.
CREATE TABLE department_above (
    department_id @INT@ NOT NULL REFERENCES department (id),
    above_id      @INT@ NOT NULL REFERENCES department (id),
    PRIMARY KEY (department_id, above_id)
) @CLUSTERED@;
CREATE INDEX department_above_above ON department_above (above_id, department_id);

-- A staff member. `userid` is the account in WeCom, unique in the corp.
CREATE TABLE staff (
    id            @PK@,
    userid        @TEXT@ NOT NULL,
    name          @TEXT@ NOT NULL,
    department_id @INT@ REFERENCES department (id), -- the main one
    title         @TEXT@,
    status        @TEXT@ NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'left')),
    joined_s      @INT@,
    left_s        @INT@,
    created_s     @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX staff_userid ON staff (userid);
CREATE INDEX staff_department_idx ON staff (department_id);

-- ======== where customers come from, and through what things happen ========

-- A source: where a customer first came from. Costs hang on it.
CREATE TABLE source (
    id         @PK@,
    name       @TEXT@ NOT NULL,
    kind       @TEXT@ NOT NULL DEFAULT 'other'
               CHECK (kind IN ('code', 'group_code', 'region_code', 'link', 'parcel', 'fission', 'offline', 'live',
                               'search', 'introduction', 'import', 'shop', 'other')),
    archived_s @INT@,
    created_s  @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX source_name ON source (name);

-- Money spent on a source over some days, spread evenly over them in reports.
CREATE TABLE cost (
    id         @PK@,
    source_id  @INT@ NOT NULL REFERENCES source (id),
    kind       @TEXT@ NOT NULL CHECK (kind IN ('fixed', 'traffic', 'goods', 'incentive')),
    from_day   @INT@ NOT NULL,
    to_day     @INT@ NOT NULL,                      -- inclusive
    amount_fen @INT@ NOT NULL CHECK (amount_fen >= 0),
    note       @TEXT@,
    created_s  @INT@ NOT NULL,
    CHECK (to_day >= from_day)
) @STRICT@;
CREATE INDEX cost_source ON cost (source_id, from_day);

-- A channel: the touchpoint through which an event happened (WeCom, a shop, the mini-program, an import).
CREATE TABLE channel (
    id        @PK@,
    name      @TEXT@ NOT NULL,
    kind      @TEXT@ NOT NULL DEFAULT 'other'
              CHECK (kind IN ('wecom', 'group', 'moments', 'mini_program', 'official_account', 'shop', 'store',
                              'phone', 'import', 'other')),
    created_s @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX channel_name ON channel (name);

-- ======== customers ========

-- A step of the sales process.
CREATE TABLE stage (
    id        @PK@,
    name      @TEXT@ NOT NULL,
    position  @INT@ NOT NULL,
    outcome   @TEXT@ NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'won', 'lost')),
    created_s @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX stage_name ON stage (name);

-- A customer: a person, whatever accounts they come with. A merge points `root_id` of the later customers at the
-- kept one and touches nothing else of theirs; lists and audiences see rows with root_id = id and erased_s NULL, and
-- the rows that hang on a customer are found through root_id. Profile columns of a root hold what is in force.
CREATE TABLE customer (
    id             @PK@,
    root_id        @INT@ NOT NULL REFERENCES customer (id),
    nickname       @TEXT@,                    -- masked by role, not encrypted
    name_sealed    @BYTES@,                   -- real name
    address_sealed @BYTES@,
    gender         @TEXT@ CHECK (gender IN ('male', 'female')),  -- NULL: not known
    birth_day      @INT@,                     -- civil day
    province       @TEXT@,
    city           @TEXT@,
    source_id      @INT@ REFERENCES source (id),   -- the first one, never changed by later ones
    stage_id       @INT@ REFERENCES stage (id),
    first_s        @INT@ NOT NULL,            -- when we first heard of them
    added_s        @INT@,                     -- when the first relation began; NULL: never a friend
    no_marketing   @INT@ NOT NULL DEFAULT 0,  -- 1: they asked not to be marketed to
    phone_tail     @TEXT@,                    -- last four digits as shown in lists (masked); derived from the identity
    batch_id       @INT@,                     -- the import that made the row, for undo
    erased_s       @INT@,                     -- when the person had themselves erased
    created_s      @INT@ NOT NULL,
    updated_us     @INT@ NOT NULL,            -- ETag of the profile
    -- derived: the order of lists, never NULL
    listed_s       @INT@ GENERATED ALWAYS AS (coalesce(added_s, 0)) STORED
) @STRICT@;
CREATE INDEX customer_root ON customer (root_id);
CREATE INDEX customer_added ON customer (added_s, id);
CREATE INDEX customer_city ON customer (city, id);
CREATE INDEX customer_batch ON customer (batch_id);
-- Lists show roots in order of listed_s: of everyone, of a stage, of a source.
CREATE INDEX customer_listed ON customer (listed_s, id) WHERE root_id = id AND erased_s IS NULL;
CREATE INDEX customer_stage ON customer (stage_id, listed_s, id)
    WHERE root_id = id AND erased_s IS NULL;
CREATE INDEX customer_source ON customer (source_id, listed_s, id)
    WHERE root_id = id AND erased_s IS NULL;

-- Derived: what a root customer has bought; no row without an order. Rules: store/customer_stats.h.
CREATE TABLE customer_stats (
    customer_id   @PK@,
    orders        @INT@ NOT NULL,             -- sale orders that were not closed
    spend_fen     @INT@ NOT NULL,             -- their sale amount, less cancellations and refunds
    first_order_s @INT@ NOT NULL,
    last_order_s  @INT@ NOT NULL
) @STRICT@;
CREATE INDEX customer_stats_spend ON customer_stats (spend_fen, customer_id);
CREATE INDEX customer_stats_orders ON customer_stats (orders, customer_id);
CREATE INDEX customer_stats_last ON customer_stats (last_order_s, customer_id);

-- One account of a customer: unique on (kind, issuer, value hash). `value` is kept in the clear only for ids that
-- say nothing about a person outside our systems (external_userid, shop buyer ids); a phone only sealed.
CREATE TABLE identity (
    id           @PK@,
    customer_id  @INT@ NOT NULL REFERENCES customer (id), -- the customer it was born with
    kind         @TEXT@ NOT NULL CHECK (kind = 'unionid' OR kind = 'external_userid' OR kind = 'openid' OR kind = 'phone' OR kind = 'buyer' OR kind = 'card'),
    issuer       @TEXT@ NOT NULL DEFAULT '',  -- app id, shop, card scheme; '' where the kind is global
    value_hash   @BYTES@ NOT NULL,
    value        @TEXT@,
    value_sealed @BYTES@,
    tail_hash    @BYTES@,                     -- phone: keyed hash of the last four digits
    batch_id     @INT@,
    created_s    @INT@ NOT NULL
) @STRICT@;
-- The hash first: a search knows no issuer.
CREATE UNIQUE INDEX identity_value ON identity (value_hash, kind, issuer);
CREATE INDEX identity_customer ON identity (customer_id);
CREATE INDEX identity_tail ON identity (tail_hash);

-- Keyed hashes of each two neighbouring characters of a real name, to find it without storing it.
CREATE TABLE customer_name_index (
    customer_id @INT@ NOT NULL REFERENCES customer (id),
    bigram_hash @BYTES@ NOT NULL,
    PRIMARY KEY (bigram_hash, customer_id)
) @CLUSTERED@;
CREATE INDEX customer_name_index_customer ON customer_name_index (customer_id);

-- Each merge, whole enough to undo it exactly: which customers moved from which root, and which profile columns of the
-- kept root were filled from the merged one (JSON: {"column":{"before":…,"after":…}}).
CREATE TABLE merge (
    id          @PK@,
    kept_id     @INT@ NOT NULL REFERENCES customer (id),
    merged_id   @INT@ NOT NULL REFERENCES customer (id),
    reason      @TEXT@ NOT NULL CHECK (reason IN ('unionid', 'accepted', 'manual', 'import')),
    moved       @TEXT@ NOT NULL,              -- JSON list of customer ids whose root changed
    filled      @TEXT@ NOT NULL,
    at_us       @INT@ NOT NULL,
    account_id  @INT@,                        -- who asked; NULL: a rule
    undone_us   @INT@,
    undone_by   @INT@
) @STRICT@;
CREATE INDEX merge_kept ON merge (kept_id);
CREATE INDEX merge_merged ON merge (merged_id);

-- Two customers that may be one person (they share a phone number, say), for a human to decide.
CREATE TABLE merge_proposal (
    id          @PK@,
    low_id      @INT@ NOT NULL REFERENCES customer (id),   -- the smaller id of the two
    high_id     @INT@ NOT NULL REFERENCES customer (id),
    reason      @TEXT@ NOT NULL CHECK (reason IN ('phone', 'card', 'conflict')),
    state       @TEXT@ NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'rejected')),
    created_s   @INT@ NOT NULL,
    decided_s   @INT@,
    decided_by  @INT@,
    CHECK (low_id < high_id)
) @STRICT@;
CREATE UNIQUE INDEX merge_proposal_pair ON merge_proposal (low_id, high_id, reason);
CREATE INDEX merge_proposal_high ON merge_proposal (high_id);
CREATE INDEX merge_proposal_state ON merge_proposal (state, id);

-- A customer befriended by a staff member. Adding again after a deletion renews the row: the log has the history.
CREATE TABLE relation (
    id            @PK@,
    customer_id   @INT@ NOT NULL REFERENCES customer (id),
    staff_id      @INT@ NOT NULL REFERENCES staff (id),
    added_s       @INT@ NOT NULL,
    deleted_s     @INT@,                      -- NULL: still friends
    deleted_by    @TEXT@ CHECK (deleted_by IN ('customer', 'staff')),
    source_id     @INT@ REFERENCES source (id),
    remark_sealed @BYTES@,
    created_s     @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX relation_pair ON relation (staff_id, customer_id);
CREATE INDEX relation_customer ON relation (customer_id, staff_id);
-- Friends of a member of staff, and who is no friend any more.
CREATE INDEX relation_active ON relation (staff_id, customer_id) WHERE deleted_s IS NULL;
CREATE INDEX relation_ended ON relation (customer_id) WHERE deleted_s IS NOT NULL;

-- ======== tags, fields ========

CREATE TABLE tag_category (
    id        @PK@,
    name      @TEXT@ NOT NULL,
    position  @INT@ NOT NULL DEFAULT 0,
    created_s @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX tag_category_name ON tag_category (name);

CREATE TABLE tag_group (
    id          @PK@,
    category_id @INT@ NOT NULL REFERENCES tag_category (id),
    name        @TEXT@ NOT NULL,
    position    @INT@ NOT NULL DEFAULT 0,
    created_s   @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX tag_group_name ON tag_group (category_id, name);

-- A tag. Names are unique in their group; the language writes tag("name") or, where two groups have it, tag("group/name").
CREATE TABLE tag (
    id          @PK@,
    group_id    @INT@ NOT NULL REFERENCES tag_group (id),
    name        @TEXT@ NOT NULL,
    grain       @TEXT@ NOT NULL DEFAULT 'basic' CHECK (grain IN ('basic', 'fine')),
    position    @INT@ NOT NULL DEFAULT 0,
    external_id @TEXT@,
    archived_s  @INT@,                        -- hidden from choice, still readable
    created_s   @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX tag_name ON tag (group_id, name);
CREATE INDEX tag_by_name ON tag (name);
CREATE UNIQUE INDEX tag_external ON tag (external_id);

-- A tag on a relation, as in WeCom; and a tag Koi itself puts on a customer. A customer's tags are the union of both
-- over everyone with the same root.
CREATE TABLE relation_tag (
    relation_id @INT@ NOT NULL REFERENCES relation (id),
    tag_id      @INT@ NOT NULL REFERENCES tag (id),
    put_s       @INT@ NOT NULL,
    PRIMARY KEY (relation_id, tag_id)
) @CLUSTERED@;
CREATE INDEX relation_tag_tag ON relation_tag (tag_id, relation_id);

CREATE TABLE customer_tag (
    customer_id @INT@ NOT NULL REFERENCES customer (id),
    tag_id      @INT@ NOT NULL REFERENCES tag (id),
    put_s       @INT@ NOT NULL,
    batch_id    @INT@,
    PRIMARY KEY (customer_id, tag_id)
) @CLUSTERED@;
CREATE INDEX customer_tag_tag ON customer_tag (tag_id, customer_id);

-- A custom field of the profile. Sensitive ones (a medical condition) are sealed, need a separate consent, and cannot be
-- asked for in an audience.
CREATE TABLE field (
    id         @PK@,
    key        @TEXT@ NOT NULL,               -- the name in the language: field.key
    name       @TEXT@ NOT NULL,               -- the name people see
    type       @TEXT@ NOT NULL CHECK (type IN ('text', 'number', 'day', 'choice', 'yes_no')),
    class      @TEXT@ NOT NULL DEFAULT 'plain' CHECK (class IN ('plain', 'personal', 'sensitive')),
    choices    @TEXT@,                        -- JSON list of texts, for 'choice'
    position   @INT@ NOT NULL DEFAULT 0,
    archived_s @INT@,
    created_s  @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX field_key ON field (key);

-- A field's value: text for text and choice, number (in millionths, integer) for number, day, yes_no (0 or 1).
CREATE TABLE customer_field (
    customer_id  @INT@ NOT NULL REFERENCES customer (id),
    field_id     @INT@ NOT NULL REFERENCES field (id),
    value_text   @TEXT@,
    value_int    @INT@,                       -- number: millionths; day: civil day; yes_no: 0, 1
    value_sealed @BYTES@,
    set_s        @INT@ NOT NULL,
    PRIMARY KEY (customer_id, field_id)
) @CLUSTERED@;
CREATE INDEX customer_field_field ON customer_field (field_id, value_text);

-- Notes that staff write on a customer.
CREATE TABLE note (
    id          @PK@,
    customer_id @INT@ NOT NULL REFERENCES customer (id),
    account_id  @INT@ NOT NULL,
    text_sealed @BYTES@ NOT NULL,
    at_s        @INT@ NOT NULL
) @STRICT@;
CREATE INDEX note_customer ON note (customer_id, at_s);

-- ======== groups ========

-- A customer group (called chat_group since "group" is a word of SQL).
CREATE TABLE chat_group (
    id           @PK@,
    external_id  @TEXT@,
    name         @TEXT@ NOT NULL,
    owner_id     @INT@ REFERENCES staff (id),
    kind         @TEXT@ NOT NULL DEFAULT 'feed' CHECK (kind IN ('feed', 'interest', 'service')),
    level        @TEXT@ NOT NULL DEFAULT 'welfare' CHECK (level IN ('welfare', 'vip', 'diamond')), -- 福利 VIP 钻石VIP
    created_s    @INT@ NOT NULL,
    dismissed_s  @INT@
) @STRICT@;
CREATE UNIQUE INDEX chat_group_external ON chat_group (external_id);
CREATE INDEX chat_group_name ON chat_group (name);

-- Who is or was in a group: joining again renews the row, the log has the history. Staff members are not listed.
CREATE TABLE group_member (
    group_id    @INT@ NOT NULL REFERENCES chat_group (id),
    customer_id @INT@ NOT NULL REFERENCES customer (id),
    joined_s    @INT@ NOT NULL,
    left_s      @INT@,
    inviter_id  @INT@,                         -- staff id, when a staff member invited
    PRIMARY KEY (group_id, customer_id)
) @CLUSTERED@;
CREATE INDEX group_member_customer ON group_member (customer_id, group_id);

-- ======== products, orders ========

CREATE TABLE product (
    id         @PK@,
    issuer     @TEXT@ NOT NULL DEFAULT '',     -- the shop whose code this is
    code       @TEXT@ NOT NULL,
    name       @TEXT@ NOT NULL,
    category   @TEXT@,
    role       @TEXT@ CHECK (role IN ('hook', 'profit', 'extension')),
    price_fen  @INT@,
    cycle_days @INT@,                          -- usual days until it is bought again
    batch_id   @INT@,
    created_s  @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX product_code ON product (issuer, code);
CREATE INDEX product_category ON product (category);
CREATE INDEX product_name ON product (name);

-- An order from any shop, unique on (channel, number). `nature` tells a sale from a cancellation document (a shop that
-- writes a refund as an order of its own) and from a bookkeeping adjustment. One state machine: created → paid → shipped →
-- completed, or closed. Amounts are as the shop states them; refunds are rows of their own.
CREATE TABLE orders (
    id           @PK@,
    channel_id   @INT@ NOT NULL REFERENCES channel (id),
    number       @TEXT@ NOT NULL,
    nature       @TEXT@ NOT NULL DEFAULT 'sale' CHECK (nature = 'sale' OR nature = 'cancellation' OR nature = 'adjustment'),
    customer_id  @INT@ REFERENCES customer (id),  -- as born; NULL: nobody known bought it
    staff_id     @INT@ REFERENCES staff (id),
    state        @TEXT@ NOT NULL CHECK (state = 'created' OR state = 'paid' OR state = 'shipped' OR state = 'completed' OR state = 'closed'),
    at_s         @INT@ NOT NULL,               -- when it was placed (the earliest of its lines)
    paid_s       @INT@,
    total_fen    @INT@ NOT NULL,               -- list amount of the order
    sale_fen     @INT@ NOT NULL,               -- what counts as order.amount: gross, only sale lines
    paid_fen     @INT@,                        -- what the buyer paid; NULL: not told
    refunded_fen @INT@ NOT NULL DEFAULT 0,     -- sum of its refunds
    province     @TEXT@,
    lines        @INT@ NOT NULL DEFAULT 0,
    batch_id     @INT@,
    updated_us   @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX orders_number ON orders (channel_id, number);
CREATE INDEX orders_customer ON orders (customer_id, at_s);
CREATE INDEX orders_at ON orders (at_s, id);
CREATE INDEX orders_batch ON orders (batch_id);

-- A line of an order. `seq` comes from the shared sequence: lines appear in the mirror as events of kind item.
CREATE TABLE order_item (
    seq              @PK@,
    order_id         @INT@ NOT NULL,           -- not declared: a third of the cost of an insert
    line             @INT@ NOT NULL,           -- 1-based position in the order
    customer_id      @INT@,                    -- of the order
    product_id       @INT@,                    -- a product; not declared, or deleting one would read all lines
    at_s             @INT@ NOT NULL,           -- its own time, where a file gives lines their own
    quantity         @INT@ NOT NULL,
    unit_price_micro @INT@ NOT NULL,
    amount_fen       @INT@ NOT NULL,           -- quantity × unit price, rounded half to even
    nature           @TEXT@ NOT NULL CHECK (nature = 'sale' OR nature = 'cancel' OR nature = 'adjust' OR nature = 'other'), -- other: no price, or a quantity ≤ 0 outside a cancellation
    batch_id         @INT@,
    name_hash        @INT@                     -- of what the line calls its product: tells exact repeats
) @STRICT@;
CREATE INDEX order_item_order ON order_item (order_id);

CREATE TABLE refund (
    id          @PK@,
    order_id    @INT@ NOT NULL REFERENCES orders (id),
    number      @TEXT@ NOT NULL,               -- the shop's number of the refund; '1', '2' … where it has none
    customer_id @INT@,
    at_s        @INT@ NOT NULL,
    amount_fen  @INT@ NOT NULL CHECK (amount_fen >= 0),
    batch_id    @INT@
) @STRICT@;
CREATE UNIQUE INDEX refund_number ON refund (order_id, number);
CREATE INDEX refund_at ON refund (at_s);

-- ======== the log ========

-- The kinds of events: 1…99 built in (base rows below), from 100 on made by imports. At most 255.
CREATE TABLE event_kind (
    id    @PK@,
    name  @TEXT@ NOT NULL,                     -- the word of the language: view, click, order …
    zh    @TEXT@ NOT NULL,
    en    @TEXT@ NOT NULL,
    touch @INT@ NOT NULL DEFAULT 0             -- 1: we caused it (a message, a coupon, a call)
) @STRICT@;
CREATE UNIQUE INDEX event_kind_name ON event_kind (name);

-- What happened, append-only. `seq` is shared with `change` and order_item. `object_kind`: 1 tag, 2 stage, 3 tier, 4 field,
-- 5 group, 6 order, 7 product, 8 coupon, 9 material, 10 page, 11 customer, 12 identity, 13 audience, 14 code, 15 task,
-- 16 batch, 17 event, 18 relation. `props` is JSON for display, never personal data. kind retract: object 16 takes back a batch, 17 one event.
CREATE TABLE event (
    seq         @PK@,
    recorded_us @INT@ NOT NULL,
    batch_id    @INT@,
    customer_id @INT@ NOT NULL,                -- as born, never rewritten; 0: nobody (a retraction of a batch)
    at_s        @INT@ NOT NULL,
    kind        @INT@ NOT NULL,
    channel_id  @INT@,
    staff_id    @INT@,
    object_kind @INT@,
    object_id   @INT@,
    amount_fen  @INT@,
    props       @TEXT@
) @STRICT@;
-- Timelines, until the mirror serves them.
CREATE INDEX event_customer ON event (customer_id, at_s);
-- Retractions are few and asked for by every question over everyone.
CREATE INDEX event_retract ON event (object_kind, object_id) WHERE kind = 43;

-- Which rows outside the log changed, for whoever mirrors them. `table_name` is a table of this schema.
CREATE TABLE change (
    seq         @PK@,
    recorded_us @INT@ NOT NULL,
    table_name  @TEXT@ NOT NULL,
    row_id      @INT@ NOT NULL,
    customer_id @INT@
) @STRICT@;

-- Days, weeks, months in the corp's zone, 1970 … 2100, so that SQL can say "this month". Derived from the zone.
CREATE TABLE calendar (
    day         @PK@,
    start_s     @INT@ NOT NULL,                -- first instant
    end_s       @INT@ NOT NULL,                -- first instant of the next day
    week_day    @INT@ NOT NULL,                -- day on which its week, month … began
    month_day   @INT@ NOT NULL,
    quarter_day @INT@ NOT NULL,
    year_day    @INT@ NOT NULL
) @STRICT@;
CREATE INDEX calendar_start ON calendar (start_s);

-- ======== audiences, tiers, scores ========

-- A saved expression of the audience language (docs/AUDIENCE.md). Names are unique: audience("name") refers to one.
CREATE TABLE audience (
    id          @PK@,
    name        @TEXT@ NOT NULL,
    subject     @TEXT@ NOT NULL DEFAULT 'customer' CHECK (subject IN ('customer', 'group')),
    expression  @TEXT@ NOT NULL,
    note        @TEXT@,
    version     @INT@ NOT NULL,
    live        @INT@ NOT NULL DEFAULT 0,      -- 1: evaluated each minute
    account_id  @INT@,                         -- who made it
    size        @INT@,                         -- at the last evaluation, for lists
    sized_s     @INT@,
    archived_s  @INT@,
    created_s   @INT@ NOT NULL,
    updated_us  @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX audience_name ON audience (name);

CREATE TABLE audience_version (
    audience_id @INT@ NOT NULL REFERENCES audience (id),
    version     @INT@ NOT NULL,
    expression  @TEXT@ NOT NULL,
    at_us       @INT@ NOT NULL,
    account_id  @INT@,
    PRIMARY KEY (audience_id, version)
) @CLUSTERED@;

-- A tier model: an ordered list of tiers, the first whose expression matches wins.
CREATE TABLE tier_model (
    id         @PK@,
    name       @TEXT@ NOT NULL,
    kind       @TEXT@ NOT NULL CHECK (kind IN ('value', 'tenure', 'rfm', 'fan', 'own')),
    subject    @TEXT@ NOT NULL DEFAULT 'customer' CHECK (subject IN ('customer', 'group')),
    period_s   @INT@ NOT NULL,                 -- the model's P, written period in its expressions
    version    @INT@ NOT NULL,
    enabled    @INT@ NOT NULL DEFAULT 1,
    archived_s @INT@,
    created_s  @INT@ NOT NULL,
    updated_us @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX tier_model_name ON tier_model (name);

CREATE TABLE tier (
    id         @PK@,
    model_id   @INT@ NOT NULL REFERENCES tier_model (id),
    position   @INT@ NOT NULL,                 -- 1 is tried first
    name       @TEXT@ NOT NULL,
    expression @TEXT@ NOT NULL,
    color      @TEXT@ NOT NULL,                -- #rrggbb for charts
    advice     @TEXT@,                         -- what to do with them
    removed_s  @INT@                           -- taken out of the model; kept, since moves refer to it
) @STRICT@;
CREATE UNIQUE INDEX tier_name ON tier (model_id, name) WHERE removed_s IS NULL;

-- One computation of a model over everything.
CREATE TABLE tier_run (
    id        @PK@,
    model_id  @INT@ NOT NULL REFERENCES tier_model (id),
    at_s      @INT@ NOT NULL,                  -- the pinned now
    customers @INT@ NOT NULL,
    moved     @INT@ NOT NULL,
    took_us   @INT@ NOT NULL                   -- 0: it has not ended
) @STRICT@;
CREATE INDEX tier_run_model ON tier_run (model_id, at_s);

-- How many a run found in each tier, so that history need not count moves again.
CREATE TABLE tier_size (
    run_id    @INT@ NOT NULL REFERENCES tier_run (id),
    tier_id   @INT@ NOT NULL REFERENCES tier (id),
    customers @INT@ NOT NULL,
    PRIMARY KEY (run_id, tier_id)
) @CLUSTERED@;

-- The tier a customer is in now (root customers), and each move; NULL stands for "in none".
CREATE TABLE customer_tier (
    model_id    @INT@ NOT NULL REFERENCES tier_model (id),
    customer_id @INT@ NOT NULL,            -- not declared, or deleting a customer would read all tiers
    tier_id     @INT@ NOT NULL REFERENCES tier (id),
    since_s     @INT@ NOT NULL,
    PRIMARY KEY (model_id, customer_id)
) @CLUSTERED@;
CREATE INDEX customer_tier_tier ON customer_tier (tier_id, customer_id);

CREATE TABLE tier_move (
    run_id       @INT@ NOT NULL REFERENCES tier_run (id),
    customer_id  @INT@ NOT NULL,
    from_tier_id @INT@,
    to_tier_id   @INT@,
    at_s         @INT@ NOT NULL,
    PRIMARY KEY (run_id, customer_id)
) @CLUSTERED@;
CREATE INDEX tier_move_customer ON tier_move (customer_id, at_s);

-- A fit of scores: RFM cut points (JSON), later CLV parameters; and the scores it gave.
CREATE TABLE score_fit (
    id        @PK@,
    kind      @TEXT@ NOT NULL CHECK (kind IN ('rfm', 'clv')),
    at_s      @INT@ NOT NULL,
    period_s  @INT@ NOT NULL,
    customers @INT@ NOT NULL,
    detail    @TEXT@ NOT NULL
) @STRICT@;
CREATE INDEX score_fit_kind ON score_fit (kind, at_s);

-- Derived: the RFM scores (1 … 5) in force for each root customer who bought in the period of the last fit.
CREATE TABLE rfm_score (
    customer_id @PK@,
    fit_id      @INT@ NOT NULL REFERENCES score_fit (id),
    r           @INT@ NOT NULL,
    f           @INT@ NOT NULL,
    m           @INT@ NOT NULL,
    last_s      @INT@ NOT NULL,
    orders      @INT@ NOT NULL,
    amount_fen  @INT@ NOT NULL
) @STRICT@;

-- ======== imports, exports, jobs ========

-- Work that takes longer than a request: a row that survives restarts. `cursor` is where the next step goes on.
CREATE TABLE job (
    id         @PK@,
    kind       @TEXT@ NOT NULL,                -- import, undo_import, export, bulk_tag, tier, rfm, backup …
    state      @TEXT@ NOT NULL CHECK (state IN ('waiting', 'running', 'stopping', 'stopped', 'done', 'failed')),
    title      @TEXT@ NOT NULL,                -- for people, no personal data
    detail     @TEXT@ NOT NULL,                -- JSON: the job's own parameters, no personal data
    cursor     @TEXT@ NOT NULL DEFAULT '',
    done       @INT@ NOT NULL DEFAULT 0,       -- units of `unit`
    total      @INT@,                          -- NULL: not known yet
    unit       @TEXT@ NOT NULL DEFAULT 'rows',
    result     @TEXT@,                         -- JSON
    error      @TEXT@,                         -- JSON as in the API
    account_id @INT@,
    created_us @INT@ NOT NULL,
    started_us @INT@,
    ended_us   @INT@
) @STRICT@;
CREATE INDEX job_state ON job (state, id);

-- One import: a file with its mapping. All rows it made carry its id as batch_id.
CREATE TABLE batch (
    id        @PK@,
    kind      @TEXT@ NOT NULL CHECK (kind IN ('orders', 'customers', 'events', 'demo')),
    file_name @TEXT@ NOT NULL,
    file_hash @BYTES@ NOT NULL,                -- SHA-256 of the bytes as sent
    mapping   @TEXT@ NOT NULL,                 -- JSON, see docs/IMPORT.md
    state     @TEXT@ NOT NULL CHECK (state IN ('running', 'stopped', 'done', 'undoing', 'undone', 'failed')),
    lines     @INT@ NOT NULL DEFAULT 0,
    added     @INT@ NOT NULL DEFAULT 0,
    known     @INT@ NOT NULL DEFAULT 0,        -- lines whose content was there already
    rejected  @INT@ NOT NULL DEFAULT 0,
    job_id    @INT@,
    created_s @INT@ NOT NULL,
    undone_s  @INT@
) @STRICT@;
CREATE INDEX batch_hash ON batch (file_hash);

-- A mapping remembered for files with the same header.
CREATE TABLE import_mapping (
    kind        @TEXT@ NOT NULL,
    header_hash @BYTES@ NOT NULL,
    mapping     @TEXT@ NOT NULL,
    used_s      @INT@ NOT NULL,
    PRIMARY KEY (kind, header_hash)
) @CLUSTERED@;

-- ======== accounts, sessions, audit, settings ========

-- Someone who signs in. Role: what they may do; scope: whose customers they see.
CREATE TABLE account (
    id            @PK@,
    login         @TEXT@ NOT NULL,
    name          @TEXT@ NOT NULL,
    role          @TEXT@ NOT NULL CHECK (role IN ('administrator', 'operator', 'manager', 'staff')),
    scope         @TEXT@ NOT NULL CHECK (scope IN ('own', 'team', 'all')),
    staff_id      @INT@ REFERENCES staff (id), -- who they are in the corp; needed for own and team
    password_hash @TEXT@,                      -- argon2id; NULL: no password yet
    language      @TEXT@ NOT NULL DEFAULT 'zh' CHECK (language IN ('zh', 'en')),
    disabled_s    @INT@,
    created_s     @INT@ NOT NULL,
    updated_us    @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX account_login ON account (login);

-- Derived: the staff whose customers an account with scope own or team sees.
CREATE TABLE account_staff (
    account_id @INT@ NOT NULL REFERENCES account (id),
    staff_id   @INT@ NOT NULL REFERENCES staff (id),
    PRIMARY KEY (account_id, staff_id)
) @CLUSTERED@;

-- A signed-in browser; the cookie's value is kept only as a hash.
CREATE TABLE session (
    token_hash @BYTES@ PRIMARY KEY,
    account_id @INT@ NOT NULL REFERENCES account (id),
    csrf       @TEXT@ NOT NULL,
    created_s  @INT@ NOT NULL,
    seen_s     @INT@ NOT NULL,                 -- written at most once a minute
    expires_s  @INT@ NOT NULL
) @CLUSTERED@;
CREATE INDEX session_account ON session (account_id);

-- A token for programs: a role of its own and a list of permissions it is cut down to.
CREATE TABLE token (
    id          @PK@,
    name        @TEXT@ NOT NULL,
    token_hash  @BYTES@ NOT NULL,
    account_id  @INT@ NOT NULL REFERENCES account (id), -- acts as this account
    permissions @TEXT@ NOT NULL,               -- JSON list of permission names
    created_s   @INT@ NOT NULL,
    used_s      @INT@,
    expires_s   @INT@,
    revoked_s   @INT@
) @STRICT@;
CREATE UNIQUE INDEX token_hash ON token (token_hash);

-- One-time links: first sign-in and password reset.
CREATE TABLE sign_in_link (
    token_hash @BYTES@ PRIMARY KEY,
    account_id @INT@ NOT NULL REFERENCES account (id),
    expires_s  @INT@ NOT NULL,
    used_s     @INT@
) @CLUSTERED@;

-- Replies by idempotency key, so that a repeat gets the same answer and no second effect. Kept for a day.
CREATE TABLE idempotency (
    account_id   @INT@ NOT NULL,
    key_hash     @BYTES@ NOT NULL,
    request_hash @BYTES@ NOT NULL,             -- route and body
    status       @INT@ NOT NULL,
    reply_sealed @BYTES@ NOT NULL,
    created_s    @INT@ NOT NULL,
    PRIMARY KEY (account_id, key_hash)
) @CLUSTERED@;
CREATE INDEX idempotency_created ON idempotency (created_s);

-- The audit log: each row's hash covers the row and the hash before it, so an edit or a deletion shows.
CREATE TABLE audit (
    id          @PK@,                          -- 1, 2, 3 … without gaps
    at_us       @INT@ NOT NULL,
    account_id  @INT@,                         -- NULL: the command line or a rule
    token_id    @INT@,
    action      @TEXT@ NOT NULL,               -- route or command name: "tag_create"
    object_kind @TEXT@,
    object_id   @INT@,
    detail      @TEXT@ NOT NULL,               -- JSON, no personal data
    hash        @BYTES@ NOT NULL               -- SHA-256 (previous hash, this row)
) @STRICT@;
CREATE INDEX audit_account ON audit (account_id, id);

-- One row: where the chain ends. The MAC's key lives outside the database, so that cutting off the last rows shows too.
CREATE TABLE audit_head (
    one     @PK@ CHECK (one = 1),
    last_id @INT@ NOT NULL,
    hash    @BYTES@ NOT NULL,
    mac     @BYTES@ NOT NULL                  -- keyed hash of last_id and hash
) @STRICT@;

-- Settings set from the console; flags, environment and file come first (docs/OPERATE.md).
CREATE TABLE setting (
    name       @TEXT@ PRIMARY KEY,
    value      @TEXT@ NOT NULL,
    updated_us @INT@ NOT NULL,
    account_id @INT@
) @CLUSTERED@;

-- Columns, filters and densities a person has chosen for a list.
CREATE TABLE view_setting (
    account_id @INT@ NOT NULL REFERENCES account (id),
    name       @TEXT@ NOT NULL,
    value      @TEXT@ NOT NULL,
    PRIMARY KEY (account_id, name)
) @CLUSTERED@;

-- Erased persons, so that a sync or an import does not bring them back: only hashes of their identities.
CREATE TABLE tombstone (
    kind       @TEXT@ NOT NULL,
    issuer     @TEXT@ NOT NULL,
    value_hash @BYTES@ NOT NULL,
    erased_s   @INT@ NOT NULL,
    PRIMARY KEY (kind, issuer, value_hash)
) @CLUSTERED@;

-- ======== what is built in ========

INSERT INTO event_kind (id, name, zh, en, touch) VALUES
    (1, 'friend_add', '添加好友', 'friend added', 0),
    (2, 'friend_delete', '删除员工', 'deleted us', 0),
    (3, 'friend_remove', '被员工删除', 'removed by staff', 0),
    (4, 'group_join', '加入群', 'joined a group', 0),
    (5, 'group_leave', '退出群', 'left a group', 0),
    (6, 'tag_put', '打标签', 'tagged', 0),
    (7, 'tag_off', '移除标签', 'tag removed', 0),
    (8, 'stage_change', '阶段变更', 'stage changed', 0),
    (9, 'tier_change', '分层变更', 'tier changed', 0),
    (10, 'field_change', '资料变更', 'profile changed', 0),
    (11, 'order', '下单', 'order', 0),
    (12, 'refund', '退款', 'refund', 0),
    (13, 'item', '购买商品', 'bought a product', 0),
    (14, 'message', '发来消息', 'message from the customer', 0),
    (15, 'message_sent', '员工发消息', 'message from staff', 1),
    (16, 'broadcast', '群发触达', 'broadcast', 1),
    (17, 'view', '浏览', 'view', 0),
    (18, 'click', '点击', 'click', 0),
    (19, 'share', '分享', 'share', 0),
    (20, 'cart', '加购', 'added to cart', 0),
    (21, 'favorite', '收藏', 'favourited', 0),
    (22, 'coupon_give', '发券', 'coupon given', 1),
    (23, 'coupon_claim', '领券', 'coupon claimed', 0),
    (24, 'coupon_redeem', '核销券', 'coupon redeemed', 0),
    (25, 'coupon_expire', '券过期', 'coupon expired', 0),
    (26, 'moment_like', '朋友圈点赞', 'liked a moment', 0),
    (27, 'moment_comment', '朋友圈评论', 'commented a moment', 0),
    (28, 'scan', '扫码', 'scan', 0),
    (29, 'form_submit', '提交表单', 'form submitted', 0),
    (30, 'call', '电话', 'call', 1),
    (31, 'visit', '到店', 'visit', 0),
    (32, 'booking', '预约', 'booking', 0),
    (33, 'check_in', '签到', 'check-in', 0),
    (34, 'live_watch', '观看直播', 'watched live', 0),
    (35, 'referral', '邀请他人', 'invited someone', 0),
    (36, 'invited', '被邀请', 'was invited', 0),
    (37, 'identity_add', '关联身份', 'identity added', 0),
    (38, 'merge', '合并', 'merged', 0),
    (39, 'unmerge', '撤销合并', 'merge undone', 0),
    (40, 'consent_give', '授权同意', 'consent given', 0),
    (41, 'consent_withdraw', '撤回同意', 'consent withdrawn', 0),
    (42, 'erase', '删除个人信息', 'erased', 0),
    (43, 'retract', '撤回记录', 'retracted', 0),
    (44, 'note', '备注', 'note', 0),
    (45, 'order_change', '订单变更', 'order changed', 0),
    (46, 'top_up', '储值', 'top-up', 0),
    (47, 'survey_answer', '问卷', 'survey answered', 0),
    (48, 'referral_convert', '邀请成交', 'invitee bought', 0);

INSERT INTO channel (id, name, kind, created_s) VALUES
    (1, '企业微信', 'wecom', 0),
    (2, '客户群', 'group', 0),
    (3, '小程序', 'mini_program', 0),
    (4, '门店', 'store', 0),
    (5, '导入', 'import', 0);

INSERT INTO source (id, name, kind, created_s) VALUES (1, '导入', 'import', 0);

INSERT INTO stage (id, name, position, outcome, created_s) VALUES
    (1, '新客', 1, 'open', 0), (2, '意向', 2, 'open', 0), (3, '首单', 3, 'won', 0), (4, '复购', 4, 'won', 0), (5, '流失', 5, 'lost', 0);
