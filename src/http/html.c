/* html.c — the writer of pages: one pass over template and texts, appending to a buffer whose
 * failure is sticky, so nothing here can fail. About 1 ns a byte.
 */
#include "http/html.h"

#include <assert.h>
#include <inttypes.h>

void html_markup(struct html *h, struct str markup)
{
    buf_add(h->out, markup);
}

/* What a byte becomes: NULL itself, "" nothing. The apostrophe too, for attributes of others. */
static const char *escaped(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
    case '\t':
        return NULL;
    default:
        return c < ' ' || c == 0x7f ? "" : NULL;
    }
}

void html_text(struct html *h, struct str text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *instead = escaped((unsigned char)text.p[i]);
        if (instead == NULL)
            continue;
        buf_add(h->out, str_sub(text, from, i - from));
        buf_addz(h->out, instead);
        from = i + 1;
    }
    if (from < text.n)
        buf_add(h->out, str_sub(text, from, text.n));
}

struct str html_word(const struct html *h, const char *zh, const char *en)
{
    return str_from(h->english ? en : zh);
}

void html_fill(struct html *h, struct str template, const struct str *texts, size_t n)
{
    struct str rest = template;
    struct str part;
    size_t k = 0;
    while (str_cut(&rest, '%', &part)) {
        buf_add(h->out, part);
        if (str_absent(rest))
            break;
        assert(k < n);
        html_text(h, texts[k++]);
    }
    assert(k == n);
}

struct str html_int(struct arena *a, int64_t value)
{
    return arena_printf(a, "%" PRId64, value);
}
