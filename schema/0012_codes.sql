-- 0012_codes — what customers scan or open to come to us: staff codes 活码, group codes,
-- acquisition links 获客助手.
-- Rules: src/domain/code.h. No personal data: texts here are the corp's own, customers are ids.

-- A code. `state` is what WeCom gives back with each friend or member who came through it: random,
-- so that nobody can claim to have come through a code, and never changed, since it is printed. A
-- code that has ended stays, for what it brought is told by it. Status making: WeCom was asked, and
-- whether it did it is not known yet.
CREATE TABLE code (
    id          @PK@,
    kind        @TEXT@ NOT NULL CHECK (kind IN ('staff', 'group', 'link')),
    name        @TEXT@ NOT NULL,
    state       @TEXT@ NOT NULL,             -- at most 30 characters; a link's customer_channel
    status      @TEXT@ NOT NULL CHECK (status IN ('making', 'active', 'expired', 'deleted')),
    skip_verify @INT@ NOT NULL DEFAULT 1,    -- 1: friends at once, without the staff's consent
    exclusive   @INT@ NOT NULL DEFAULT 0,    -- 1: who scans again gets the same member of staff
    expires_s   @INT@,                       -- when Koi takes it back at WeCom; NULL: never
    remark      @TEXT@,                      -- what staff call a friend: {name} {code} {day}
    stage_id    @INT@ REFERENCES stage (id),  -- for customers who are in none; NULL: left alone
    source_id   @INT@ REFERENCES source (id), -- where those who come through it are from
    full_at     @INT@,                       -- group: from so many members on the next opens
    auto_room   @INT@ NOT NULL DEFAULT 0,    -- group: 1: WeCom makes more groups when all are full
    room_name   @TEXT@,                      -- group: what those are called, a number behind it
    page_text   @TEXT@,                      -- group: what the group is for, shown before joining
    config_id   @TEXT@,                      -- WeCom's, of a link its link_id; NULL while making
    qr_url      @TEXT@,                      -- WeCom's picture of the code; NULL for links
    link_url    @TEXT@,                      -- the address of a link, with its channel
    listed      @TEXT@ NOT NULL DEFAULT '',  -- who stands at WeCom now: userids or chat ids
    on_duty     @TEXT@ NOT NULL DEFAULT '',  -- who could have stood there at the last look
    shift_s     @INT@ NOT NULL,              -- since when these: weights count from here
    request_key @TEXT@,                      -- the same key again is the same code
    account_id  @INT@,                       -- who made it; NULL: the command line
    created_s   @INT@ NOT NULL,
    updated_us  @INT@ NOT NULL,
    ended_s     @INT@                        -- when it expired or was deleted
) @STRICT@;
CREATE UNIQUE INDEX code_state ON code (state);
CREATE UNIQUE INDEX code_request ON code (request_key);
CREATE INDEX code_status ON code (status, id);
CREATE INDEX code_config ON code (config_id);

-- Staff of a staff code or link, in order.
CREATE TABLE code_member (
    code_id   @INT@ NOT NULL REFERENCES code (id),
    position  @INT@ NOT NULL,
    staff_id  @INT@ NOT NULL REFERENCES staff (id),
    weight    @INT@ NOT NULL DEFAULT 1,      -- 1 … 100: their part of the customers
    daily_cap @INT@ NOT NULL DEFAULT 0,      -- most of a day, in the corp's zone; 0: no limit
    total_cap @INT@ NOT NULL DEFAULT 0,      -- most ever through this code; 0: no limit
    backup    @INT@ NOT NULL DEFAULT 0,      -- 1: only when none of the others can
    PRIMARY KEY (code_id, position)
) @CLUSTERED@;
CREATE UNIQUE INDEX code_member_staff ON code_member (code_id, staff_id);

-- When staff receive, in the corp's zone. Those who have rows of their own go by them, the others
-- by the rows of staff 0; where there are none either, always.
CREATE TABLE code_hours (
    code_id  @INT@ NOT NULL REFERENCES code (id),
    staff_id @INT@ NOT NULL,                 -- 0: everyone of the code
    weekday  @INT@ NOT NULL,                 -- 1 Monday … 7 Sunday
    from_min @INT@ NOT NULL,                 -- minutes of the day
    to_min   @INT@ NOT NULL,                 -- exclusive; at most 1440
    PRIMARY KEY (code_id, staff_id, weekday, from_min)
) @CLUSTERED@;

CREATE TABLE code_tag (
    code_id @INT@ NOT NULL REFERENCES code (id),
    tag_id  @INT@ NOT NULL REFERENCES tag (id),
    PRIMARY KEY (code_id, tag_id)
) @CLUSTERED@;

-- What a new friend is greeted with: the first row that fits.
CREATE TABLE code_welcome (
    code_id     @INT@ NOT NULL REFERENCES code (id),
    position    @INT@ NOT NULL,
    customer    @TEXT@ NOT NULL CHECK (customer IN ('any', 'new', 'old', 'buyer')),
    weekdays    @INT@ NOT NULL DEFAULT 127,  -- bit 0 Monday … bit 6 Sunday
    from_min    @INT@ NOT NULL DEFAULT 0,
    to_min      @INT@ NOT NULL DEFAULT 1440, -- exclusive
    text        @TEXT@ NOT NULL,             -- {name} of the customer, {staff}, {code}
    attachments @TEXT@ NOT NULL DEFAULT '[]', -- JSON list as send_welcome_msg takes it
    PRIMARY KEY (code_id, position)
) @CLUSTERED@;

-- Groups of a group code, filled in order.
CREATE TABLE code_group (
    code_id  @INT@ NOT NULL REFERENCES code (id),
    position @INT@ NOT NULL,
    group_id @INT@ NOT NULL REFERENCES chat_group (id),
    PRIMARY KEY (code_id, position)
) @CLUSTERED@;
CREATE UNIQUE INDEX code_group_group ON code_group (code_id, group_id);

-- Who came through a code, each time: a friendship (group_id 0) or a membership (staff_id 0).
CREATE TABLE code_entry (
    code_id     @INT@ NOT NULL REFERENCES code (id),
    at_s        @INT@ NOT NULL,              -- when the friendship or membership began
    customer_id @INT@ NOT NULL REFERENCES customer (id), -- as born
    staff_id    @INT@ NOT NULL DEFAULT 0,
    group_id    @INT@ NOT NULL DEFAULT 0,
    customer    @TEXT@ NOT NULL CHECK (customer IN ('new', 'old', 'buyer')), -- until then
    ended_s     @INT@,                       -- when that friendship ended first; NULL: it stands
    PRIMARY KEY (code_id, at_s, customer_id, staff_id, group_id)
) @CLUSTERED@;
CREATE INDEX code_entry_pair ON code_entry (customer_id, staff_id);

-- What somebody should look at: nobody can receive, WeCom refuses a change, a quota runs out. One
-- row while it lasts. Kinds: nobody, groups_full, refused, unsure, link_unavailable, link_deleted,
-- balance_low, balance_exhausted, quota_expires.
CREATE TABLE code_warning (
    id       @PK@,
    code_id  @INT@ NOT NULL DEFAULT 0,       -- 0: all links
    kind     @TEXT@ NOT NULL,
    detail   @TEXT@ NOT NULL DEFAULT '',     -- WeCom's number, or the uses that lapse and when
    begun_s  @INT@ NOT NULL,
    last_s   @INT@ NOT NULL,
    closed_s @INT@                           -- NULL: still so
) @STRICT@;
CREATE INDEX code_warning_code ON code_warning (code_id, kind);
CREATE INDEX code_warning_open ON code_warning (id) WHERE closed_s IS NULL;
