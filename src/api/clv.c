/* clv.c — customer lifetime value: starting a fit, what it found, and who is worth most.
 *
 * The detail of score_fit is a document of its own (domain/clv_report.c) and is handed on member by
 * member. What it says of all customers (plots, sizes) is for those who see all; bands and lists
 * are cut to the caller's data scope. The newest fit and the scores in force may be two things: a
 * fit that ran away is shown, but the scores of the one before stay.
 */
#include "api/clv_json.h"
#include "api/customer_json.h"
#include "api/job_started.h"
#include "api/listing.h"
#include "api/report_args.h"
#include "api/routes.h"
#include "base/calendar.h"
#include "domain/app.h"
#include "domain/clv.h"
#include "domain/schedule.h"
#include "store/rfm.h"

#include <assert.h>

/* ---- what was found ---- */

static const char *const TEXTS[] = {"model", "weeks",    "discount_percent", "since",
                                    "until", "accepted", "applied"};

static bool sees_all(struct request *rq)
{
    return request_caller(rq)->scope_account == 0;
}

/* A part of the fit; the sizes of its tables are those of all customers. */
static void put_part(struct request *rq, const struct json_value *part, const char *key)
{
    struct json *j = reply_json(rq);
    json_open_object(j, key);
    for (size_t i = 0; i < json_count(part); i++) {
        struct str name;
        const struct json_value *v = json_member(part, i, &name);
        bool whole = str_eq(name, STR("customers")) || str_eq(name, STR("rows"));
        json_key(j, name);
        json_put_value(j, NULL, whole && !sees_all(rq) ? NULL : v);
    }
    json_close_object(j);
}

static void put_fit(struct request *rq, struct tx *tx, const struct score_fit *fit,
                    const struct json_value *d)
{
    struct json *j = reply_json(rq);
    json_open_object(j, "fit");
    json_put_id(j, "id", fit->id);
    json_put_int(j, "at_s", fit->at_s);
    json_put_known(j, "next_s", schedule_clv_s(request_app(rq), tx_now_s(tx)));
    json_put_known(j, "customers", sees_all(rq) ? fit->customers : DB_NULL);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        json_put_value(j, TEXTS[i], json_get(d, TEXTS[i]));
    put_part(rq, json_get(d, "buying"), "buying");
    put_part(rq, json_get(d, "spending"), "spending");
    json_put_value(j, "read_ms", json_get(d, "read_ms"));
    json_put_value(j, "fit_ms", json_get(d, "fit_ms"));
    json_open_array(j, "warnings");
    const struct json_value *warnings = json_get(d, "warnings");
    for (size_t i = 0; i < json_count(warnings); i++)
        json_put_value(j, NULL, json_at(warnings, i));
    json_close_array(j);
    json_close_object(j);
}

/* A list over all customers; empty for those who see only some. */
static void put_plot(struct request *rq, const struct json_value *d, const char *key)
{
    struct json *j = reply_json(rq);
    const struct json_value *list = json_get(d, key);
    json_open_array(j, key);
    for (size_t i = 0; sees_all(rq) && i < json_count(list); i++)
        json_put_value(j, NULL, json_at(list, i));
    json_close_array(j);
}

/* ---- the scores in force ---- */

struct sums {
    int64_t customers, repeaters, alive_ppm, purchases_micro, clv_fen;
};

static void sums_add(struct sums *s, const struct clv_band *b)
{
    s->customers += b->customers;
    s->repeaters += b->repeaters;
    s->alive_ppm += b->alive_ppm;
    s->purchases_micro += b->purchases_micro;
    s->clv_fen += b->clv_fen;
}

static void put_sums(struct json *j, const struct sums *s)
{
    json_put_int(j, "customers", s->customers);
    json_put_int(j, "repeaters", s->repeaters);
    json_put_double(j, "alive", (double)s->alive_ppm / 1e6);
    json_put_double(j, "purchases", (double)s->purchases_micro / 1e6);
    json_put_int(j, "clv_fen", s->clv_fen);
}

/* A comparison in the audience language: "clv(52w) >= 12.5". */
static struct str compared(struct arena *a, struct str clv, const char *op, int64_t fen)
{
    if (fen % 100 == 0)
        return arena_printf(a, STR_FMT " %s %" PRId64, STR_ARG(clv), op, fen / 100);
    return arena_printf(a, STR_FMT " %s %" PRId64 ".%02d", STR_ARG(clv), op, fen / 100,
                        (int)(fen % 100));
}

/* The band from one cut (0: from the beginning) to the next (INT64_MAX: to the end) as text. */
static struct str band_text(struct arena *a, int64_t weeks, int64_t from_fen, int64_t to_fen)
{
    struct str clv = arena_printf(a, "clv(%" PRId64 "w)", weeks);
    struct str from = compared(a, clv, ">=", from_fen), to = compared(a, clv, "<", to_fen);
    if (from_fen == 0)
        return to_fen == INT64_MAX ? arena_printf(a, STR_FMT " is known", STR_ARG(clv)) : to;
    if (to_fen == INT64_MAX)
        return from;
    return arena_printf(a, STR_FMT " and " STR_FMT, STR_ARG(from), STR_ARG(to));
}

static void put_bands(struct request *rq, int64_t weeks, const int64_t *cuts,
                      const struct sums *bands)
{
    struct json *j = reply_json(rq);
    json_open_array(j, "bands");
    for (int i = 0; i <= CLV_CUTS; i++) {
        int64_t from = i == 0 ? 0 : cuts[i - 1], to = i < CLV_CUTS ? cuts[i] : INT64_MAX;
        if (from == INT64_MAX)
            break;
        json_open_object(j, NULL);
        json_put_int(j, "from_fen", from);
        json_put_known(j, "to_fen", to == INT64_MAX ? DB_NULL : to);
        put_sums(j, &bands[i]);
        json_put_str(j, "expression", band_text(request_arena(rq), weeks, from, to));
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_alive(struct request *rq, const struct sums *tenths)
{
    struct json *j = reply_json(rq);
    json_open_array(j, "alive_bands");
    for (int i = 0; i < 10; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "from_percent", 10 * i);
        json_put_int(j, "to_percent", 10 * i + 10);
        put_sums(j, &tenths[i]);
        json_close_object(j);
    }
    json_close_array(j);
}

static void read_cuts(const struct json_value *d, int64_t out[static CLV_CUTS])
{
    const struct json_value *cuts = json_get(d, "cuts_fen");
    for (size_t i = 0; i < CLV_CUTS; i++)
        out[i] = i < json_count(cuts) ? json_int_or(json_at(cuts, i), INT64_MAX) : INT64_MAX;
}

static enum rc put_scores(struct request *rq, struct tx *tx, const struct score_fit *fit,
                          const struct json_value *d, struct err *e)
{
    struct json *j = reply_json(rq);
    int64_t cuts[CLV_CUTS], weeks = fit->period_s / CLV_WEEK_S;
    struct sums all = {0}, bands[CLV_CUTS + 1] = {0}, tenths[10] = {0};
    struct clv_band *found = NULL;
    size_t n = 0;
    read_cuts(d, cuts);
    enum rc rc = board_clv_bands(board_for_people_short(rq, tx), request_caller(rq)->scope_account,
                                 cuts, &found, &n, e);
    if (rc != RC_OK)
        return rc;
    for (size_t i = 0; i < n; i++) {
        assert(found[i].band <= CLV_CUTS && found[i].alive < 10);
        sums_add(&all, &found[i]);
        sums_add(&bands[found[i].band], &found[i]);
        sums_add(&tenths[found[i].alive], &found[i]);
    }
    json_open_object(j, "scores");
    json_put_id(j, "fit_id", fit->id);
    json_put_int(j, "at_s", fit->at_s);
    json_put_int(j, "weeks", weeks);
    json_put_value(j, "until", json_get(d, "until"));
    put_sums(j, &all);
    json_close_object(j);
    put_bands(rq, weeks, cuts, bands);
    put_alive(rq, tenths);
    return RC_OK;
}

static void put_no_scores(struct json *j)
{
    json_put_null(j, "scores");
    json_open_array(j, "bands");
    json_close_array(j);
    json_open_array(j, "alive_bands");
    json_close_array(j);
}

static enum rc show_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct json *j = reply_json(rq);
    struct score_fit fit, in_force;
    const struct json_value *d = NULL, *held = NULL;
    enum rc rc = score_fit_last(tx, "clv", &fit, e);
    bool fitted = rc == RC_OK, scored = false;
    if (fitted) {
        rc = json_parse(request_arena(rq), fit.detail, &d, e);
        if (rc == RC_OK)
            rc = clv_fit_in_force(tx, &in_force, e);
        scored = rc == RC_OK;
    }
    if (scored)
        rc = json_parse(request_arena(rq), in_force.detail, &held, e);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return rc;
    json_open_object(j, NULL);
    if (fitted)
        put_fit(rq, tx, &fit, d);
    else
        json_put_null(j, "fit");
    put_plot(rq, d, "counts");
    put_plot(rq, d, "amounts");
    put_plot(rq, d, "points");
    rc = RC_OK;
    if (scored)
        rc = put_scores(rq, tx, &in_force, held, e);
    else
        put_no_scores(j);
    json_close_object(j);
    return rc;
}

const struct route route_clv = {
    .method = GET,
    .path = "/api/clv",
    .name = "clv_show",
    .need = PERM_AUDIENCE_READ,
    .scope = SCOPE_ROWS,
    .run = show_run,
    .zh = "生命周期价值：最近一次拟合的参数、警告与检验图，现行评分的分布。",
    .en = "Lifetime value: parameters, warnings and checks of the last fit; bands of the scores.",
    .reply = "Clv",
};

/* ---- customers ---- */

void clv_json(struct json *j, const char *key, const struct clv_row *row)
{
    json_open_object(j, key);
    json_put_double(j, "alive", (double)row->alive_ppm / 1e6);
    json_put_double(j, "purchases", (double)row->purchases_micro / 1e6);
    json_put_int(j, "value_fen", row->value_fen);
    json_put_int(j, "clv_fen", row->clv_fen);
    json_put_int(j, "repeats", row->repeats);
    json_put_day(j, "first_day", row->first_day);
    json_put_day(j, "last_day", row->last_day);
    json_put_int(j, "weeks", row->horizon_s / CLV_WEEK_S);
    json_close_object(j);
}

static enum rc customers_run(struct request *rq, struct tx *tx, struct err *e)
{
    int64_t key = INT64_MAX, id = INT64_MAX, limit = page_limit(rq);
    int64_t scope = request_caller(rq)->scope_account;
    struct clv_row *rows = NULL;
    struct customer_card *cards = NULL;
    size_t n = 0, cards_n = 0, c = 0;
    (void)cursor_read(rq, &key, &id);
    enum rc rc = clv_top(tx, scope, key, id, limit + 1, &rows, &n, e);
    bool more = rc == RC_OK && (int64_t)n > limit;
    n = more ? (size_t)limit : n;
    int64_t *ids = ARENA_ARRAY(request_arena(rq), int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = rows[i].customer_id;
    if (rc == RC_OK)
        rc = customer_cards(tx, request_app(rq)->keys, scope, ids, n, &cards, &cards_n, e);
    if (rc != RC_OK)
        return rc;
    struct json *j = listing_open(rq);
    for (size_t i = 0; i < n && c < cards_n; i++) {
        if (cards[c].id != rows[i].customer_id)
            continue;
        json_open_object(j, NULL);
        customer_json_members(rq, j, &cards[c++]);
        clv_json(j, "clv", &rows[i]);
        json_close_object(j);
    }
    struct str next =
        more ? cursor_write(rq, rows[n - 1].clv_fen, rows[n - 1].customer_id) : STR_ABSENT;
    listing_close(rq, next, -1);
    return RC_OK;
}

const struct route route_clv_customers = {
    .method = GET,
    .path = "/api/clv/customers",
    .name = "clv_customers",
    .need = PERM_CUSTOMER_READ,
    .scope = SCOPE_ROWS,
    .args = {ARGS_PAGE},
    .run = customers_run,
    .zh = "生命周期价值最高的客户。",
    .en = "The customers of greatest lifetime value.",
    .reply = "ClvCustomers",
};

/* ---- fitting ---- */

/* The job's parameters. A day in the future would promise what nobody knows. */
static enum rc put_order(struct request *rq, struct tx *tx, struct json *j, struct err *e)
{
    int64_t today = calendar_day_of(tx_now_s(tx));
    int64_t until = arg_int_or(rq, "until", today), since = arg_int_or(rq, "since", 0);
    if (until > today)
        return err_set(e, RC_INVALID, "clv_until", "until", "until 不能晚于今天",
                       "until cannot be later than today");
    if (since > until)
        return err_set(e, RC_INVALID, "clv_since", "since", "since 不能晚于 until",
                       "since cannot be later than until");
    json_open_object(j, NULL);
    json_put_str(j, "model", arg_given(rq, "model") ? arg_str(rq, "model") : STR("bg_nbd"));
    json_put_int(j, "weeks", arg_int_or(rq, "weeks", CLV_WEEKS));
    json_put_double(j, "discount_percent",
                    arg_number_or(rq, "discount_percent", CLV_DISCOUNT_PERCENT));
    if (since > 0)
        json_put_int(j, "since", since);
    if (arg_given(rq, "until"))
        json_put_int(j, "until", until);
    json_put_bool(j, "accept", arg_int_or(rq, "accept", 0) != 0);
    json_close_object(j);
    return RC_OK;
}

static enum rc fit_run(struct request *rq, struct tx *tx, struct err *e)
{
    struct buf b;
    buf_init(&b, 4096);
    struct json j = json_to(&b);
    enum rc rc = put_order(rq, tx, &j, e);
    struct job_order order = {
        .kind = "clv",
        .title = STR("生命周期价值"),
        .detail = arena_str(request_arena(rq), buf_str(&b)),
        .unit = "customers",
        .total = -1,
        .account_id = request_caller(rq)->account_id,
    };
    buf_done(&b);
    return rc == RC_OK ? job_started(rq, tx, &order, e) : rc;
}

const struct route route_clv_fit = {
    .method = POST,
    .path = "/api/clv/fit",
    .name = "clv_fit",
    .need = PERM_TIER_WRITE,
    .scope = SCOPE_WHOLE,
    .writes = true,
    .idempotent = true,
    .audited = true,
    .args =
        {
            {"model", ARG_CHOICE, IN_BODY, .choices = "bg_nbd|pareto_nbd",
             .zh = "购买模型，默认 bg_nbd", .en = "model of purchases, bg_nbd unless told"},
            {"weeks", ARG_INT, IN_BODY, .min = 1, .max = CLV_WEEKS_MAX,
             .zh = "预测未来几周，默认 52", .en = "weeks to look ahead, 52 unless told"},
            {"discount_percent", ARG_NUMBER, IN_BODY, .min = 0, .max = 100,
             .zh = "年折现率（%），默认 10", .en = "discount a year in percent, 10 unless told"},
            {"since", ARG_DAY, IN_BODY, .zh = "只用这天以来的新客户拟合，默认全部",
             .en = "fit on customers won from this day on, all unless told"},
            {"until", ARG_DAY, IN_BODY, .zh = "数据截止日（含），默认今天",
             .en = "last day of the data, today unless told"},
            {"accept", ARG_BOOL, IN_BODY, .zh = "拟合有警告也采用评分",
             .en = "write the scores even of a fit that ran away"},
        },
    .run = fit_run,
    .zh = "拟合生命周期价值并给所有买过的客户评分。",
    .en = "Fit lifetime value and score all buyers.",
    .reply = "JobStarted",
};
