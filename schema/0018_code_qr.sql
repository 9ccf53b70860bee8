-- 0018_code_qr — what is in the picture of a code that WeCom draws, so that Koi can draw its own.
-- Read by src/connect/wecom/code_picture.

ALTER TABLE code ADD COLUMN qr_text @TEXT@;     -- the address in WeCom's picture; NULL: not read
ALTER TABLE code ADD COLUMN qr_tried_s @INT@;   -- when reading it was tried last; NULL: never
ALTER TABLE code ADD COLUMN qr_problem @TEXT@;  -- code of the error it then ended with; NULL: none
