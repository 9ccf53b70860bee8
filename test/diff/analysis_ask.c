/* analysis_ask.c — a question of any kind put to an engine. */
#include "analysis_question.h"

#include "query/mirror/analysis_mirror.h"
#include "query/sql/analysis_sql.h"

void question_ask_sql(struct tx *tx, const struct question *q, struct answer *out, struct err *e)
{
    switch (q->kind) {
    case FUNNEL:
        out->rc = sql_funnel(tx, &q->funnel, &out->funnel, e);
        return;
    case RETENTION:
        out->rc = sql_retention(tx, &q->retention, &out->retention, e);
        return;
    case COUNTS:
        out->rc = sql_counts(tx, &q->counts, &out->counts, e);
        return;
    case RFM:
        out->rc = sql_rfm(tx, &q->rfm, &out->rfm, e);
        return;
    case REPURCHASE:
        out->rc = sql_repurchase(tx, &q->repurchase, &out->repurchase, e);
        return;
    default:
        out->rc = sql_paths(tx, &q->paths, &out->paths, e);
    }
}

void question_ask_mirror(const struct snapshot *s, struct tx *tx, const struct question *q,
                         struct answer *out, struct err *e)
{
    switch (q->kind) {
    case FUNNEL:
        out->rc = mirror_funnel(s, tx, &q->funnel, &out->funnel, e);
        return;
    case RETENTION:
        out->rc = mirror_retention(s, tx, &q->retention, &out->retention, e);
        return;
    case COUNTS:
        out->rc = mirror_counts(s, tx, &q->counts, &out->counts, e);
        return;
    case RFM:
        out->rc = mirror_rfm(s, tx, &q->rfm, &out->rfm, e);
        return;
    case REPURCHASE:
        out->rc = mirror_repurchase(s, tx, &q->repurchase, &out->repurchase, e);
        return;
    default:
        out->rc = mirror_paths(s, tx, &q->paths, &out->paths, e);
    }
}
