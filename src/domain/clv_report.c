/* clv_report.c — what a fit found, for people and as JSON.
 *
 * Each warning of the mathematics has one sentence for what it means to a shop and one for what to
 * do. A fit is grave when there was nothing to tell (no data, nobody bought again): its scores
 * would be invented. It has run away when a parameter has: scores near those of the data can still
 * be useful, but somebody has to say so.
 */
#include "domain/clv.h"

#include "base/calendar.h"

#include <assert.h>
#include <math.h>

static const struct clv_word WORDS[] = {
    {CLV_NO_DATA, ABOUT_BUYING, "no_data", true, true, "没有可以用来拟合的购买记录",
     "there are no purchases to fit", "先导入订单，或把开始日期放早一些",
     "import orders first, or let the fit begin earlier"},
    {CLV_NO_DATA, ABOUT_SPENDING, "no_data", true, true, "没有带金额的复购，算不出客户每次花多少",
     "no repeat purchase has an amount, so there is nothing to tell spending by",
     "检查订单是否带金额，或等有了复购再拟合",
     "see whether the orders have amounts, or fit again when there are repeat purchases"},
    {CLV_NO_REPEATS, ABOUT_BUYING, "no_repeats", true, true,
     "没有人在第二天以后再买过：分不清客户是流失了还是买得慢",
     "nobody bought again on a later day: customers who left cannot be told from slow ones",
     "等有了复购再拟合，观察的时间要比平常的购买间隔长",
     "fit again when there are repeat purchases, over a time longer than the usual interval"},
    {CLV_NOT_CONVERGED, ABOUT_BOTH, "not_converged", false, true,
     "计算没有停在最合适的参数上，下面的数只是走到的最远处",
     "the search did not come to rest: the numbers below are only as far as it came",
     "换另一个购买模型，或用开始日期去掉早期不完整的订单",
     "try the other model of purchases, or leave an incomplete early history out of the fit"},
    {CLV_TO_INFINITY, ABOUT_BUYING, "to_infinity", false, true,
     "有参数跑向无穷大：数据里看不出客户之间的差别，或看不出有人流失",
     "a parameter runs off to infinity: customers do not differ in the data, or nobody leaves",
     "换另一个购买模型，或等数据更长；对照下面的图，预期与实际相符时可以选择仍然采用",
     "try the other model, or wait for more data; where the plots agree, the scores can be "
     "accepted as they are"},
    {CLV_TO_INFINITY, ABOUT_SPENDING, "to_infinity", false, true,
     "有参数跑向无穷大：金额在客户之间看不出差别，每个人都会按平均金额计",
     "a parameter runs off to infinity: customers do not differ in what they spend, and everybody "
     "gets the mean",
     "各人买的东西价钱相近时这是对的，可以选择仍然采用",
     "where all buy at about one price this is right: the scores can be accepted as they are"},
    {CLV_TO_ZERO, ABOUT_BOTH, "to_zero", false, true,
     "有参数跑向零：数据呈两极，例如大多数人只买一次、少数人买得极多",
     "a parameter runs off to zero: the data are split, as when most buy once and a few very often",
     "检查是否混入了批发、测试或公司账户的订单，去掉后再拟合",
     "look for wholesale, test or company accounts among the orders and fit without them"},
    {CLV_FLAT, ABOUT_BOTH, "flat", false, true, "数据不足以确定某个参数，它的误差范围太大",
     "the data do not settle a parameter: its range of error is too wide",
     "等数据更长或客户更多；对照下面的图，预期与实际相符时可以选择仍然采用",
     "wait for a longer history or more customers; where the plots agree, the scores can be "
     "accepted as they are"},
    {CLV_NOT_CONCAVE, ABOUT_BOTH, "not_concave", false, true,
     "参数没有落在真正的最大值上，算不出误差范围",
     "the parameters are at no true maximum, and have no range of error",
     "换另一个购买模型，或用开始日期去掉早期不完整的订单",
     "try the other model of purchases, or leave an incomplete early history out of the fit"},
    {CLV_MEAN_INFINITE, ABOUT_SPENDING, "mean_infinite", false, false,
     "个别极大的金额使理论平均金额不存在，已改用实际平均金额",
     "a few very large amounts leave the model without a mean; the mean of the data is used",
     "检查是否有金额输错的订单或批发订单", "look for wholesale orders and mistyped amounts"},
    {0, ABOUT_SPENDING, "correlated", false, false,
     "购买次数与每次金额相关较强，模型假定两者无关，高价值客户的金额会有偏差",
     "number and amount of purchases are correlated, which the model takes them not to be: "
     "values of the best customers are biased",
     "可以按人群分开看，如单独看批发客户", "look at parts of the customers by themselves"},
};

/* What follows from a parameter that ran off, and says no more. */
enum { FOLLOWS = CLV_NOT_CONVERGED | CLV_NOT_CONCAVE | CLV_FLAT };

static bool applies(const struct clv_word *w, const struct clv_fit *f)
{
    bool spending = f->model == CLV_GAMMA_GAMMA;
    if (w->about != ABOUT_BOTH && (w->about == ABOUT_SPENDING) != spending)
        return false;
    if ((w->bit & FOLLOWS) != 0 && (f->warnings & (CLV_TO_INFINITY | CLV_TO_ZERO)) != 0)
        return false;
    return w->bit == 0 ? fabs(f->correlation) > 0.3 : (f->warnings & w->bit) != 0;
}

const struct clv_word *clv_word_at(const struct clv_fit *f, size_t i)
{
    for (size_t k = 0; k < sizeof WORDS / sizeof *WORDS; k++)
        if (applies(&WORDS[k], f) && i-- == 0)
            return &WORDS[k];
    return NULL;
}

/* Whether any warning of the fit is grave, or has run away. */
static bool any(const struct clv_fit *f, bool grave)
{
    const struct clv_word *w;
    for (size_t i = 0; (w = clv_word_at(f, i)) != NULL; i++)
        if (grave ? w->grave : w->runs_away)
            return true;
    return false;
}

bool clv_may_apply(const struct clv_result *r, bool accept)
{
    return !any(&r->buying, accept) && !any(&r->spending, accept);
}

static size_t count_words(const struct clv_fit *f)
{
    size_t n = 0;
    while (clv_word_at(f, n) != NULL)
        n++;
    return n;
}

size_t clv_warnings(const struct clv_result *r)
{
    return count_words(&r->buying) + count_words(&r->spending);
}

const char *clv_model_word(enum clv_model m)
{
    assert(m != CLV_GAMMA_GAMMA);
    return m == CLV_PARETO_NBD ? "pareto_nbd" : "bg_nbd";
}

bool clv_model_find(struct str word, enum clv_model *out)
{
    for (enum clv_model m = CLV_BG_NBD; m <= CLV_PARETO_NBD; m++)
        if (str_eq(word, str_from(clv_model_word(m)))) {
            *out = m;
            return true;
        }
    return false;
}

/* ---- JSON ---- */

static void put_day(struct json *j, const char *key, int32_t day)
{
    char text[11];
    calendar_format_day(day, text);
    json_put_z(j, key, text);
}

static void put_parameters(struct json *j, const struct clv_fit *f)
{
    json_open_array(j, "parameters");
    for (int i = 0; i < clv_parameters(f->model); i++) {
        double range = exp(1.96 * f->log_se[i]);
        bool known = f->has_se && isfinite(range);
        json_open_object(j, NULL);
        json_put_z(j, "name", clv_parameter_name(f->model, i));
        json_put_double(j, "value", f->value[i]);
        json_put_double(j, "se", known ? f->se[i] : NAN);
        json_put_double(j, "low", known ? f->value[i] / range : NAN);
        json_put_double(j, "high", known ? f->value[i] * range : NAN);
        json_put_bool(j, "suspect", (f->suspects >> i & 1) != 0);
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_fit(struct json *j, const char *key, const struct clv_fit *f, uint64_t rows)
{
    bool values = f->model == CLV_GAMMA_GAMMA;
    json_open_object(j, key);
    json_put_z(j, "model", values ? "gamma_gamma" : clv_model_word(f->model));
    put_parameters(j, f);
    json_put_double(j, "log_likelihood", f->ll);
    json_put_int(j, "customers", (int64_t)f->customers);
    json_put_int(j, "rows", (int64_t)rows);
    json_put_int(j, "iterations", f->iterations);
    json_put_bool(j, "converged", f->converged);
    if (values) {
        json_put_double(j, "mean", clv_value(f, &(struct clv_customer){0}));
        json_put_double(j, "correlation", f->correlation);
    } else {
        json_put_double(j, "year", clv_purchases(f, &(struct clv_customer){0}, CLV_WEEKS));
    }
    json_close_object(j);
}

static void put_words(struct json *j, const char *about, const struct clv_fit *f)
{
    const struct clv_word *w;
    for (size_t i = 0; (w = clv_word_at(f, i)) != NULL; i++) {
        json_open_object(j, NULL);
        json_put_z(j, "about", about);
        json_put_z(j, "code", w->code);
        json_put_z(j, "severity", w->grave ? "grave" : w->runs_away ? "runs_away" : "note");
        json_put_z(j, "message", w->zh);
        json_put_z(j, "message_en", w->en);
        json_put_z(j, "todo", w->todo_zh);
        json_put_z(j, "todo_en", w->todo_en);
        json_close_object(j);
    }
}

static void put_amounts(struct json *j, const struct clv_result *r)
{
    json_open_array(j, "amounts");
    for (int i = 0; i < CLV_AMOUNTS && r->amount_width_fen > 0; i++) {
        json_open_object(j, NULL);
        json_put_int(j, "from_fen", r->amount_width_fen * i);
        if (i + 1 < CLV_AMOUNTS)
            json_put_int(j, "to_fen", r->amount_width_fen * (i + 1));
        else
            json_put_null(j, "to_fen");
        json_put_double(j, "expected", r->amounts_expected[i]);
        json_put_int(j, "actual", llround(r->amounts_actual[i]));
        json_close_object(j);
    }
    json_close_array(j);
}

static void put_counts(struct json *j, const struct clv_result *r)
{
    json_open_array(j, "counts");
    for (int k = 0; k <= CLV_SHOWN; k++) {
        json_open_object(j, NULL);
        json_put_int(j, "repeats", k);
        json_put_bool(j, "or_more", k == CLV_SHOWN);
        json_put_double(j, "expected", r->expected[k]);
        json_put_int(j, "actual", llround(r->actual[k]));
        json_close_object(j);
    }
    json_close_array(j);
    put_amounts(j, r);
    json_open_array(j, "points");
    for (size_t i = 0; i < r->points_n; i++) {
        json_open_object(j, NULL);
        put_day(j, "day", r->points[i].day);
        json_put_double(j, "expected", r->points[i].expected);
        json_put_int(j, "actual", (int64_t)r->points[i].actual);
        json_close_object(j);
    }
    json_close_array(j);
}

void clv_report_put(const struct clv_question *q, const struct clv_result *r, struct json *j)
{
    json_open_object(j, NULL);
    json_put_z(j, "model", clv_model_word(q->model));
    json_put_int(j, "weeks", q->weeks);
    json_put_double(j, "discount_percent", q->discount_percent);
    if (q->since > 0)
        put_day(j, "since", q->since);
    else
        json_put_null(j, "since");
    put_day(j, "until", q->until);
    json_put_bool(j, "accepted", q->accept);
    json_put_bool(j, "applied", r->applied);
    put_fit(j, "buying", &r->buying, r->rows);
    put_fit(j, "spending", &r->spending, r->value_rows);
    json_open_array(j, "warnings");
    put_words(j, "buying", &r->buying);
    put_words(j, "spending", &r->spending);
    json_close_array(j);
    json_put_int(j, "refused", (int64_t)r->refused);
    put_counts(j, r);
    json_open_array(j, "cuts_fen");
    for (int i = 0; i < CLV_CUTS && r->cuts[i] != INT64_MAX; i++)
        json_put_int(j, NULL, r->cuts[i]);
    json_close_array(j);
    json_put_int(j, "read_ms", r->read_us / 1000);
    json_put_int(j, "fit_ms", r->fit_us / 1000);
    json_close_object(j);
}
