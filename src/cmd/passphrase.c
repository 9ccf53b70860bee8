/* passphrase.c — never a plain option, because command lines are seen by everyone on the machine.
 *
 * The terminal's echo is turned off while typing and back on whatever happens. Only the first line
 * counts, without its end, so that a file written by an editor works.
 */
#include "cmd/passphrase.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LINE = 256, LEAST = 8 };

static enum rc take(struct invocation *in, const char *text, const char **out, struct err *e)
{
    struct str line = str_from(text);
    struct str first;
    str_cut(&line, '\n', &first);
    first = str_trim(first);
    if (first.n < LEAST) {
        return err_set(e, RC_INVALID, "passphrase_short", "passphrase", "口令至少 %d 个字节",
                       "a passphrase has at least %d bytes", LEAST);
    }
    *out = arena_z(&in->arena, first);
    return RC_OK;
}

static enum rc from_file(struct invocation *in, const char *path, const char **out, struct err *e)
{
    char text[LINE] = "";
    FILE *f = fopen(path, "re");
    if (f == NULL || fgets(text, sizeof text, f) == NULL) {
        if (f != NULL) {
            fclose(f);
        }
        return err_set(e, RC_NOT_FOUND, "passphrase_file", "passphrase", "读不了 %s",
                       "cannot read %s", path);
    }
    fclose(f);
    return take(in, text, out, e);
}

static bool ask(const char *prompt, char out[static LINE])
{
    struct termios before;
    bool good = false;
    FILE *tty = fopen("/dev/tty", "r+e");
    if (tty == NULL || tcgetattr(fileno(tty), &before) != 0) {
        if (tty != NULL) {
            fclose(tty);
        }
        return false;
    }
    struct termios quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
    fprintf(tty, "%s: ", prompt);
    fflush(tty);
    good = fgets(out, LINE, tty) != NULL;
    tcsetattr(fileno(tty), TCSAFLUSH, &before);
    fprintf(tty, "\n");
    fclose(tty);
    return good;
}

enum rc passphrase_read(struct invocation *in, bool twice, const char **out, struct err *e)
{
    char first[LINE] = "";
    char second[LINE] = "";
    const char *path = option_value(in, "passphrase-file");
    const char *env = getenv("KOI_PASSPHRASE");
    if (path != NULL) {
        return from_file(in, path, out, e);
    }
    if (env != NULL) {
        return take(in, env, out, e);
    }
    if (!ask(say(in, "口令", "passphrase"), first) ||
        (twice && !ask(say(in, "再输一次", "again"), second))) {
        err_set(e, RC_INVALID, "passphrase_missing", "passphrase", "没有终端可以输入口令",
                "there is no terminal to ask for the passphrase");
        err_hint(e, "用 --passphrase-file 文件", "use --passphrase-file FILE");
        return RC_INVALID;
    }
    if (twice && strcmp(first, second) != 0) {
        return err_set(e, RC_INVALID, "passphrase_differs", "passphrase", "两次输入不同",
                       "the two differ");
    }
    return take(in, first, out, e);
}
