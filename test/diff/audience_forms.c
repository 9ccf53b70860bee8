/* audience_forms.c — see audience_forms.h. */
#include "audience_forms.h"

#include "query/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void diff_stop(uint64_t seed, const char *text, const char *what, const struct err *e)
{
    fprintf(stderr, "seed %" PRIu64 ": %s\n  %s\n", seed, what, text);
    if (e != NULL)
        fprintf(stderr, "  %s at %" PRId64 ": %s / %s\n", e->code, e->at, e->zh, e->en);
    exit(1);
}

void diff_forms(uint64_t seed, bool verbose, struct arena *a, const struct audience_expr *x,
                const char *text)
{
    struct buf b;
    struct audience_expr *again;
    struct err e = ERR_INIT;
    buf_init(&b, 1 << 20);
    audience_print(x, &b);
    if (audience_parse(a, x->subject, buf_str(&b), &again, &e) != RC_OK)
        diff_stop(seed, b.p, "the printed text does not parse", &e);
    if (!audience_equal(x, again))
        diff_stop(seed, b.p, "the printed text is another tree", NULL);
    buf_clear(&b);
    audience_to_json(x, &b);
    if (audience_from_json(a, x->subject, buf_str(&b), &again, &e) != RC_OK)
        diff_stop(seed, b.p, "the JSON does not read", &e);
    if (!audience_equal(x, again))
        diff_stop(seed, b.p, "the JSON is another tree", NULL);
    buf_clear(&b);
    audience_say(x, LANGUAGE_ZH, &b);
    audience_say(x, LANGUAGE_EN, &b);
    if (b.failed || !str_utf8_valid(buf_str(&b)))
        diff_stop(seed, text, "the sentence failed", NULL);
    if (verbose)
        printf("%s\n    %s\n", text, b.p);
    buf_done(&b);
}

static void note_past(const struct node *n, bool in_past, bool met[static PAST_KINDS])
{
    in_past = in_past || n->kind == NODE_AS_OF;
    met[PAST_TAG] |= in_past && (n->kind == NODE_TAG || n->kind == NODE_TAG_GROUP);
    met[PAST_FRIEND] |= in_past && ((n->kind == NODE_FLAG && n->what == WHAT_FRIEND) ||
                                    (n->kind == NODE_TEST && n->what == WHAT_STAFF));
    met[PAST_GROUP] |= in_past && n->kind == NODE_GROUP;
    met[PAST_TIER] |= in_past && n->kind == NODE_TEST && n->what == WHAT_TIER;
    for (size_t i = 0; i < n->n_items; i++)
        note_past(n->items[i], in_past, met);
}

void diff_count_past(const struct audience_expr *x, int64_t counts[static PAST_KINDS])
{
    bool met[PAST_KINDS] = {false};
    note_past(x->root, false, met);
    for (int k = 0; k < PAST_KINDS; k++)
        counts[k] += met[k];
}

int64_t diff_print_past(const int64_t counts[static PAST_KINDS])
{
    static const char *const NAMES[PAST_KINDS] = {"tags", "friends", "groups", "tiers"};
    int64_t least = INT64_MAX;
    printf("as of a past time:");
    for (int k = 0; k < PAST_KINDS; k++) {
        printf("%s %s %" PRId64, k > 0 ? "," : "", NAMES[k], counts[k]);
        least = counts[k] < least ? counts[k] : least;
    }
    printf("\n");
    return least;
}
