/* clv — customer lifetime value over all buyers: who is still a buyer, how often they will buy in
 * the weeks to come, and for how much. The mathematics are those of query/clv.h.
 *
 * What counts: purchases as everywhere (paid, not cancelled), by gross amount; those of one local
 * day are one. Time is counted in weeks of whole local days, from a customer's first purchase to
 * the day `until`, which is included; later purchases only show in the fit's own check. Money is in
 * units of the currency. With `since`, only customers won from that day on take part in the fit, as
 * a history that was cut off at its beginning spoils it; all buyers are scored.
 *
 * A fit that ran away (clv_words() lists the warnings) is kept with what it found, but its scores
 * are not written: those of the fit before stay in force, until somebody says `accept`. Without
 * anything to fit, or without any repeat purchase, not even then. A fit over no buyers at all
 * takes all scores out, as nobody can have one.
 */
#ifndef KOI_DOMAIN_CLV_H
#define KOI_DOMAIN_CLV_H

#include "base/buf.h"
#include "domain/job.h"
#include "query/clv.h"
#include "store/clv.h"

enum { CLV_WEEKS = 52, CLV_WEEKS_MAX = 520, CLV_WEEK_S = 7 * 86400 };
#define CLV_DISCOUNT_PERCENT 10.0 /* a year */

/* Job "clv", detail {"model":"bg_nbd"|"pareto_nbd","weeks":52,"discount_percent":10,"since":day,
 * "until":day,"accept":false}; days are civil days, `since` may be missing, so may all. Reads, fits
 * and compares in its first step's opening (2 M buyers: some seconds and 64 bytes each), then
 * writes the rows that changed in steps. Result {"customers":n,"changed":n,"applied":truth,
 * "warnings":n}. */
extern const struct job_kind job_kind_clv;

/* ---- the parts, for the job and its tests ---- */

struct clv_question {
    enum clv_model model; /* of purchases */
    int64_t weeks;
    double discount_percent;
    int32_t since, until; /* days; since 0: from the beginning */
    bool accept;
};

/* A buyer as of `until`. */
struct clv_buyer {
    int64_t customer_id;
    int64_t repeat_fen; /* amount of the days after the first */
    int32_t first_day, last_day;
    uint32_t repeats;
    bool in_fit, differs; /* differs: from the row in force */
    int32_t alive_ppm;
    int64_t purchases_micro, value_fen, clv_fen;
};

/* Everything read of the orders: buyers ascending, and per local day, of those in the fit, first
 * purchases and repeats. Free with clv_read_done(). */
struct clv_read {
    struct clv_question q;
    int32_t today;
    struct clv_buyer *buyers;
    size_t n, room;
    uint32_t *won, *repeats; /* by day, today + 1 of each */
    int32_t day;             /* of the purchase before, while reading */
};
enum rc clv_read(struct tx *tx, const struct clv_question *q, int64_t now_s, struct clv_read *out,
                 struct err *e);
void clv_read_done(struct clv_read *r);

/* The counts of a fit, k + 1 each. */
enum { CLV_SHOWN = 10, CLV_POINTS = 130 };
struct clv_point {
    int32_t day;
    double expected;
    uint64_t actual; /* both: repeat purchases from the beginning to the end of that day */
};

/* Bands of mean amounts, equally wide but for the last, which has no end. */
enum { CLV_AMOUNTS = 24 };

/* A fit with what is shown of it. */
struct clv_result {
    struct clv_fit buying, spending;
    uint64_t customers, rows, refused, value_rows;
    double expected[CLV_SHOWN + 1], actual[CLV_SHOWN + 1];
    struct clv_point points[CLV_POINTS];
    size_t points_n;
    /* Customers by the mean amount of their repeat purchases; 0 wide: there are none. */
    int64_t amount_width_fen;
    double amounts_expected[CLV_AMOUNTS], amounts_actual[CLV_AMOUNTS];
    int64_t cuts[CLV_CUTS]; /* round amounts in fen, ascending, for bands; unused: INT64_MAX */
    bool applied;
    int64_t read_us, fit_us;
};
/* Fits and fills everything but cuts and times. Sorts nothing of `r`. */
void clv_result_make(const struct clv_read *r, struct clv_result *out);
/* Scores all buyers; then the cuts, which are near the 20, 40, 60, 80, 95 and 99 % quantiles. */
void clv_score_all(struct clv_read *r, const struct clv_fit *buying,
                   const struct clv_fit *spending);
void clv_cuts(const struct clv_read *r, int64_t out[static CLV_CUTS]);

/* ---- clv_report.c: in words ---- */

/* A warning for people. `grave`: scores are never written; `runs_away`: when accepted; neither:
 * to be known, no more. */
enum clv_about { ABOUT_BOTH, ABOUT_BUYING, ABOUT_SPENDING };
struct clv_word {
    unsigned bit; /* of enum clv_warning; 0: x and m correlate */
    enum clv_about about;
    const char *code;
    bool grave, runs_away;
    const char *zh, *en;           /* what it means */
    const char *todo_zh, *todo_en; /* what to do */
};
/* The word of the i-th warning of a fit, NULL behind the last. */
const struct clv_word *clv_word_at(const struct clv_fit *f, size_t i);
/* Whether the scores of both fits may be written. */
bool clv_may_apply(const struct clv_result *r, bool accept);
size_t clv_warnings(const struct clv_result *r);
/* "bg_nbd", "pareto_nbd"; false when there is no such model of purchases. */
const char *clv_model_word(enum clv_model m);
bool clv_model_find(struct str word, enum clv_model *out);
/* The detail of score_fit: one JSON object, docs/CLV.md. */
void clv_report_put(const struct clv_question *q, const struct clv_result *r, struct json *j);

#endif
