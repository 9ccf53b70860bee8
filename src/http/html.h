/* html — writes a page. Whatever is put into a template is escaped, so a name that wants to be
 * markup is shown as it was typed; only literals of the program are markup.
 *
 *     struct html h = {reply_page(rq), english};
 *     HTML(&h, "<li><bdi>%</bdi> <i>%</i></li>", c->nickname, html_word(&h, "新", "new"));
 *
 * Each % of a template takes one text; a literal % is written &#37;. Values of attributes stand
 * between double quotes, and none that a person typed stands in an address, a script or a style:
 * escaping is not made for those.
 */
#ifndef KOI_HTTP_HTML_H
#define KOI_HTTP_HTML_H

#include "base/arena.h"
#include "base/buf.h"

struct html {
    struct buf *out; /* whose ceiling and failure are the page's */
    bool english;
};

/* Markup as it stands. Only literals fit, so that no text of others gets here by mistake. */
#define html_raw(h, literal) html_markup((h), STR("" literal))
/* A template with one text for each %; asserts that the numbers agree. */
#define HTML(h, template, ...)                                                                     \
    html_fill((h), STR("" template), (const struct str[]){__VA_ARGS__},                            \
              sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str))

/* A text with & < > " ' escaped, and without control characters but line breaks and tabs. Absent
 * writes nothing. */
void html_text(struct html *h, struct str text);
/* The one in the page's language; both literals of the program. */
struct str html_word(const struct html *h, const char *zh, const char *en);
/* For the macros. */
void html_markup(struct html *h, struct str markup);
void html_fill(struct html *h, struct str template, const struct str *texts, size_t n);

/* A whole number as text, in the arena: for ids and counts. */
struct str html_int(struct arena *a, int64_t value);

#endif
