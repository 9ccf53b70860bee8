/* asked_corp — what random questions about the corp of a database are made of: its names, some of
 * its events, its tier models, an account that does not see everyone. */
#ifndef KOI_TEST_ASKED_CORP_H
#define KOI_TEST_ASKED_CORP_H

#include "analysis_question.h"
#include "corp_names.h"

struct asked_corp {
    struct arena arena;
    struct random_names names;
    struct question_corp corp; /* now_s and period_s are the caller's to change */
};

/* Reads them. `now_s` 0: the latest event that is not in the future. `lacks` as corp_names_load().
 * A few scans of the log. */
enum rc asked_corp_load(struct tx *tx, int64_t now_s, struct asked_corp *out, struct buf *lacks,
                        struct err *e);
void asked_corp_done(struct asked_corp *c);

#endif
