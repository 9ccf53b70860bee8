/* multipart.c — one part, and what stands around it.
 *
 * A boundary of 32 random letters and digits has 190 bits; that it occurs in the file is looked at
 * all the same, which costs a search through it.
 */
#include "connect/multipart.h"

#include "base/secret.h"

#include <assert.h>

void multipart_boundary(struct str bytes, char out[static MULTIPART_BOUNDARY + 1])
{
    do {
        secret_random_text(out, MULTIPART_BOUNDARY);
        out[MULTIPART_BOUNDARY] = 0;
    } while (str_find(bytes, str_from(out)) >= 0);
}

void multipart_put(struct buf *b, const char *boundary, const struct multipart_file *file)
{
    assert(str_find_byte(file->name, '"') < 0 && str_find_byte(file->name, '\n') < 0);
    assert(str_find_byte(file->name, '\r') < 0 && str_find_byte(file->type, '\n') < 0);
    buf_addf(b,
             "--%s\r\nContent-Disposition: form-data; name=\"" STR_FMT "\"; filename=\"" STR_FMT
             "\"; filelength=%zu\r\nContent-Type: " STR_FMT "\r\n\r\n",
             boundary, STR_ARG(file->field), STR_ARG(file->name), file->bytes.n,
             STR_ARG(file->type));
    buf_add(b, file->bytes);
    buf_addf(b, "\r\n--%s--\r\n", boundary);
}
