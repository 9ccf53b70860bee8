-- 0014_binding — who brought a customer, and whose customer they are. Rules: src/domain/binding.h.
--
-- Ids only, no personal data. What was seen of a customer is written down as steps, under the
-- customer as born, and never changed; whose they are follows from the steps of everyone with the
-- same root. So a merge and its undoing need nothing but another look.

-- The rule in force from a moment on: the newest row counts. A touch keeps the days that were in
-- force when it was told, so changing the rule moves no customer.
CREATE TABLE binding_rule (
    id      @PK@,
    from_us @INT@ NOT NULL,
    days    @INT@ NOT NULL,                  -- protected from the touch on; 0: for ever
    counts  @TEXT@ NOT NULL CHECK (counts IN ('friend', 'group', 'either')) -- which touches bind
) @STRICT@;

-- A touch (a friendship or a membership that began), the end of a friendship, or a transfer.
CREATE TABLE binding_step (
    id          @PK@,
    customer_id @INT@ NOT NULL,              -- as born; of a transfer: the root then
    kind        @TEXT@ NOT NULL
                CHECK (kind = 'friend' OR kind = 'group' OR kind = 'end' OR kind = 'transfer'),
    staff_id    @INT@ NOT NULL,              -- friend, who invited or owns the group, new owner
    at_s        @INT@ NOT NULL,              -- when it was, not when it was told
    group_id    @INT@ NOT NULL DEFAULT 0,    -- of a group's touch
    source_id   @INT@,                       -- of a touch: code, link or way of adding
    counts      @INT@ NOT NULL,              -- 1: may bind, by the rule when it was told
    days        @INT@ NOT NULL,              -- how long it protects; 0: for ever
    account_id  @INT@,                       -- of a transfer: who asked; NULL: the command line
    reason      @TEXT@,                      -- of a transfer, as typed
    told_us     @INT@ NOT NULL
) @STRICT@;
CREATE UNIQUE INDEX binding_step_once ON binding_step (customer_id, kind, staff_id, group_id, at_s);

-- Derived: the binding in force of each root customer. No row: nobody's.
CREATE TABLE binding (
    customer_id @PK@,
    staff_id    @INT@ NOT NULL,
    step_id     @INT@ NOT NULL,              -- the step that bound them
    since_s     @INT@ NOT NULL,
    until_s     @INT@,                       -- nobody else takes them before; NULL: for ever
    ended_s     @INT@                        -- the owner's friendship ended then; NULL: it did not
) @STRICT@;
CREATE INDEX binding_staff ON binding (staff_id, customer_id);

-- What was in force when, append-only: a row each time the binding of a root changed.
CREATE TABLE binding_log (
    id            @PK@,
    customer_id   @INT@ NOT NULL,            -- the root
    at_us         @INT@ NOT NULL,
    cause         @TEXT@ NOT NULL
                  CHECK (cause = 'touch' OR cause = 'end' OR cause = 'transfer' OR cause = 'merge'
                      OR cause = 'unmerge'),
    from_staff_id @INT@,                     -- NULL: nobody's before
    staff_id      @INT@,                     -- NULL: nobody's from now on
    step_id       @INT@,
    since_s       @INT@,
    until_s       @INT@,
    ended_s       @INT@,
    account_id    @INT@                      -- of a merge, an undoing, a transfer
) @STRICT@;
CREATE INDEX binding_log_customer ON binding_log (customer_id, id);

INSERT INTO event_kind (id, name, zh, en, touch) VALUES
    (60, 'bind', '确定归属', 'bound to staff', 0),
    (61, 'bind_transfer', '归属转移', 'handed to other staff', 0);
