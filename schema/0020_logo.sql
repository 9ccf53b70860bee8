-- 0020_logo — the corp's logo, drawn in the middle of codes to print. Read by src/api/code_qr,
-- src/api/logo.

CREATE TABLE logo (
    id         @INT@ PRIMARY KEY CHECK (id = 1), -- a corp has one
    picture    @BYTES@ NOT NULL,                 -- PNG of our own making, square (src/file/logo.h)
    side       @INT@ NOT NULL,                   -- pixels
    changed_us @INT@ NOT NULL,
    account_id @INT@                             -- who gave it; NULL: the command line
) @CLUSTERED@;
