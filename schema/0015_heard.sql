-- What was heard of and what was only found missing: docs/WECOM.md, "From an answer to the rows".

-- 1: deleted_s or left_s is when an answer of the platform told no more of it; its end was not
-- heard of. Once it is, the time becomes exact, and the event is taken back and written as it was.
-- 2: this end is all that is known, added_s or joined_s is not when it began.
ALTER TABLE relation ADD COLUMN found_missing @INT@;
ALTER TABLE group_member ADD COLUMN found_missing @INT@;

-- The platform says that two became friends who were friends as far as we knew: a half friend was
-- confirmed, or an end before it was not heard of. Once that is, it is a beginning.
INSERT INTO event_kind (id, name, zh, en, touch) VALUES
    (62, 'friend_confirm', '确认好友', 'friend confirmed', 0);
