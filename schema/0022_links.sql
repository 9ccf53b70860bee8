-- 0022_links — what WeCom tells of acquisition links 获客助手: the uses that are left, and clicks by
-- day; and staff whose list of customers is full. Counts and ids only. Read by src/store/link,
-- src/store/code.

-- The uses that the corp has, as externalcontact/customer_acquisition_quota told them last.
CREATE TABLE link_quota (
    id      @INT@ PRIMARY KEY CHECK (id = 1), -- a corp has one
    total   @INT@,                   -- uses spent so far, by WeCom's count; NULL: never told
    balance @INT@,                   -- uses left; NULL: never told
    peak    @INT@,                   -- the balance when it rose last: "low" is a share of it
    told_us @INT@,                   -- when that was asked for; NULL: never told
    tried_s @INT@,                   -- the last asking, answered or not
    problem @TEXT@,                  -- code of the error it ended with; NULL: answered
    due     @INT@ NOT NULL DEFAULT 0 -- 1: to be asked for at the next look
) @CLUSTERED@;

-- Parts of the balance and when each lapses: midnight of its day, by WeCom's word.
CREATE TABLE link_quota_part (
    expire_s @INT@ PRIMARY KEY,
    balance  @INT@ NOT NULL
) @CLUSTERED@;

-- A link on a day of the corp's zone, as externalcontact/customer_acquisition/statistic tells it,
-- under WeCom's own names. NULL: not told.
CREATE TABLE link_day (
    code_id                 @INT@ NOT NULL REFERENCES code (id),
    day                     @INT@ NOT NULL,
    click_link_customer_cnt @INT@,           -- customers who opened it
    new_customer_cnt        @INT@,           -- customers it brought
    told_us                 @INT@ NOT NULL,  -- when WeCom was asked
    PRIMARY KEY (code_id, day)
) @CLUSTERED@;
CREATE INDEX link_day_day ON link_day (day);

-- Staff of whom WeCom said that they can have no more customers (40099, customer_limit_exceed): no
-- code sends anybody to them until then. One row each, of the last time it was said.
CREATE TABLE staff_full (
    staff_id @INT@ PRIMARY KEY REFERENCES staff (id),
    told_s   @INT@ NOT NULL,
    until_s  @INT@ NOT NULL
) @CLUSTERED@;
