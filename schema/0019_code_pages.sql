-- 0019_code_pages — what is in the picture of a code that WeCom draws, so that Koi can draw its
-- own, and the page before joining a group. Read by src/connect/wecom/code_picture,
-- src/api/group_page.

ALTER TABLE code ADD COLUMN qr_text @TEXT@;     -- the address in WeCom's picture; NULL: not read
ALTER TABLE code ADD COLUMN qr_tried_s @INT@;   -- when reading it was tried last; NULL: never
ALTER TABLE code ADD COLUMN qr_problem @TEXT@;  -- code of the error it then ended with; NULL: none

-- How often the page before joining a group was opened, by civil day. Nothing of who opened it.
CREATE TABLE code_page_view (
    code_id @INT@ NOT NULL REFERENCES code (id),
    day     @INT@ NOT NULL,
    views   @INT@ NOT NULL,
    PRIMARY KEY (code_id, day)
) @CLUSTERED@;
