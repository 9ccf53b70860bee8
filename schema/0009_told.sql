-- 0009_told — what WeCom says about the corp, kept beside the corp's rows (src/domain/*_apply.h).
--
-- WeCom's ids are external_id or external_key; told_us is when the question was sent whose answer
-- is in the row, so that an older answer that comes later changes nothing.

ALTER TABLE tag_group ADD COLUMN external_id @TEXT@;
CREATE UNIQUE INDEX tag_group_external ON tag_group (external_id);

-- "state:…" of a code or link, "add_way:…" where there is none.
ALTER TABLE source ADD COLUMN external_key @TEXT@;
CREATE UNIQUE INDEX source_external ON source (external_key);

-- Of an external_userid only.
ALTER TABLE identity ADD COLUMN type @INT@;        -- 1: a WeChat user, 2: a WeCom user
ALTER TABLE identity ADD COLUMN told_hash @BYTES@; -- keyed, of name and gender as told last
ALTER TABLE identity ADD COLUMN told_us @INT@;
ALTER TABLE identity ADD COLUMN complete_us @INT@; -- the same, of an answer with all friendships

ALTER TABLE relation ADD COLUMN add_way @INT@;     -- WeCom's number; NULL: not told by WeCom yet
ALTER TABLE relation ADD COLUMN description_sealed @BYTES@;
ALTER TABLE relation ADD COLUMN told_us @INT@;

ALTER TABLE chat_group ADD COLUMN notice_sealed @BYTES@;
ALTER TABLE chat_group ADD COLUMN member_version @TEXT@; -- of the members that the rows hold
ALTER TABLE chat_group ADD COLUMN told_us @INT@;
ALTER TABLE group_member ADD COLUMN join_scene @INT@;    -- WeCom's number; NULL: not told

-- Children of a department that goes.
CREATE INDEX department_parent ON department (parent_id);
