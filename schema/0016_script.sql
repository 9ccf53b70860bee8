-- 0016_script — ready sentences for staff, and notes that come back on a day.
--
-- No personal data in scripts: they are the corp's, read by everyone who serves customers.

-- A script 话术. {name} in its text becomes the customer's nickname where it is used.
CREATE TABLE script (
    id          @PK@,
    group_name  @TEXT@ NOT NULL,              -- under which it is listed, as people call it
    title       @TEXT@ NOT NULL,
    text        @TEXT@ NOT NULL,
    position    @INT@ NOT NULL,               -- place among those of its group
    archived_s  @INT@,                        -- NULL: in use
    account_id  @INT@,                        -- who changed it last; NULL: the command line
    created_s   @INT@ NOT NULL,
    updated_us  @INT@ NOT NULL
) @STRICT@;
CREATE INDEX script_listed ON script (group_name, position, id);

-- A note that its writer wants to see again.
ALTER TABLE note ADD COLUMN remind_s @INT@;   -- when; NULL: never
ALTER TABLE note ADD COLUMN done_s @INT@;     -- when the writer said that it is done
CREATE INDEX note_remind ON note (account_id, remind_s)
    WHERE remind_s IS NOT NULL AND done_s IS NULL;
