-- 0021_media — pictures, films and files that greetings are sent with. Read by src/api/media,
-- src/connect/wecom/media_keeper, src/domain/attachment. No personal data: they are the corp's own.

-- An original, never changed. WeCom keeps what it was given for three days only, so originals stay
-- here and are uploaded again.
CREATE TABLE media (
    id         @PK@,
    sha256     @BYTES@ NOT NULL,             -- of the content
    kind       @TEXT@ NOT NULL CHECK (kind IN ('image', 'video', 'file')),
    name       @TEXT@ NOT NULL,              -- as customers see a file's
    mime       @TEXT@ NOT NULL,
    bytes      @INT@ NOT NULL,               -- of the content
    account_id @INT@,                        -- who gave it; NULL: the command line
    created_s  @INT@ NOT NULL,
    content    @BYTES@ NOT NULL              -- last, so that lists do not read it
) @STRICT@;
CREATE UNIQUE INDEX media_content ON media (sha256, kind, name);

-- What WeCom has given for an original. Purpose message: a media id of media/upload, which ends
-- after three days; picture: an address of media/uploadimg, which does not.
CREATE TABLE media_at_wecom (
    media_id  @INT@ NOT NULL REFERENCES media (id),
    purpose   @TEXT@ NOT NULL CHECK (purpose IN ('message', 'picture')),
    given     @TEXT@,                        -- the id or address; NULL: none, or none any more
    expires_s @INT@,                         -- when WeCom forgets it; NULL: never, or none is given
    tried_s   @INT@ NOT NULL,                -- when uploading was last begun
    problem   @TEXT@,                        -- JSON of the error it then ended with; NULL: none
    PRIMARY KEY (media_id, purpose)
) @CLUSTERED@;
CREATE INDEX media_at_wecom_given ON media_at_wecom (given);
