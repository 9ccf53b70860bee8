/* read_code — says what the one QR code in a picture says, for tests that draw with a browser.
 *
 *   read_code PICTURE      PNG or JPEG; the text on standard output, or why not and status 1
 *
 * The picture is read as Koi reads those of WeCom (file/qr_read), up to its bounds.
 */
#include "file/qr_read.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (f == NULL) {
        fprintf(stderr, "read_code PICTURE\n");
        return 1;
    }
    struct arena a;
    struct str text;
    struct err e = ERR_INIT;
    arena_init(&a, 0);
    char *bytes = arena_alloc(&a, QR_READ_BYTES + 1);
    size_t n = fread(bytes, 1, QR_READ_BYTES + 1, f);
    fclose(f);
    enum rc rc = qr_read((struct str){bytes, n}, &a, &text, &e);
    if (rc == RC_OK)
        printf(STR_FMT, STR_ARG(text));
    else
        fprintf(stderr, "%s: %s\n", e.code, e.en);
    arena_done(&a);
    return rc != RC_OK;
}
