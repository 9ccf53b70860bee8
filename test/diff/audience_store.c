/* audience_store.c — the world of audience_world.h as rows. */
#include "audience_world.h"

#include "base/calendar.h"

#include <assert.h>

#define INSERT(table, columns, values, types)                                                      \
    {                                                                                              \
        .text = "INSERT INTO " table " (" columns ") VALUES (" values ")", .in = types             \
    }

static const struct sql DEPARTMENT =
    INSERT("department", "id, parent_id, name, created_s", "$1, $2, $3, 0", "iIs");
static const struct sql ABOVE =
    INSERT("department_above", "department_id, above_id", "$1, $2", "ii");
static const struct sql STAFF =
    INSERT("staff", "id, userid, name, department_id, created_s", "$1, $2, $3, $4, 0", "issi");
static const struct sql SOURCE = INSERT("source", "id, name, created_s", "$1, $2, 0", "is");
static const struct sql TAG_CATEGORY =
    INSERT("tag_category", "id, name, created_s", "1, '一', 0", "");
static const struct sql TAG_GROUP =
    INSERT("tag_group", "id, category_id, name, created_s", "$1, 1, $2, 0", "is");
static const struct sql TAG =
    INSERT("tag", "id, group_id, name, created_s", "$1, $2, $3, 0", "iis");
static const struct sql PRODUCT =
    INSERT("product", "id, code, name, category, created_s", "$1, $2, $2, $3, 0", "isS");
static const struct sql FIELD =
    INSERT("field", "id, key, name, type, created_s", "$1, $2, $2, $3, 0", "iss");
static const struct sql KIND =
    INSERT("event_kind", "id, name, zh, en", "100, '打卡', '打卡', 'punch'", "");
static const struct sql MODEL =
    INSERT("tier_model", "id, name, kind, period_s, version, created_s, updated_us",
           "$1, $2, 'own', 1, 1, 0, 0", "is");
static const struct sql TIER = INSERT("tier", "id, model_id, position, name, expression, color",
                                      "$1, $2, $1, $3, 'none', '#000000'", "iis");
static const struct sql AUDIENCE =
    INSERT("audience", "id, name, expression, version, created_s, updated_us",
           "$1, $2, $3, 1, 0, 0", "iss");
static const struct sql CYCLE =
    INSERT("cycle", "id, name, starts, kind_id, field_id, length, unit, created_s, updated_us",
           "$1, $2, $3, $4, $5, $6, $7, 0, 0", "issIIIS");
static const struct sql CYCLE_PRODUCT =
    INSERT("cycle_product", "cycle_id, product_id", "$1, $2", "ii");
static const struct sql CUSTOMER =
    INSERT("customer",
           "id, root_id, nickname, gender, birth_day, province, city, source_id, stage_id, "
           "first_s, added_s, no_marketing, erased_s,"
           " created_s, updated_us",
           "$1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0", "iSSISSIIiIiI");
static const struct sql ROOT = {.text = "UPDATE customer SET root_id = $2 WHERE id = $1",
                                .in = "ii"};
static const struct sql ORDER =
    INSERT("orders",
           "id, channel_id, number, customer_id, staff_id, state, at_s, total_fen, sale_fen, "
           "paid_s, lines,"
           " updated_us",
           "$1, $2, $3, $4, $5, 'paid', $6, $7, $8, $9, 1, 0", "iisiIiiiI");
static const struct sql ITEM = INSERT("order_item",
                                      "seq, order_id, line, customer_id, product_id, at_s, "
                                      "quantity, unit_price_micro, amount_fen, nature",
                                      "$1, $2, $1, $3, $4, $5, $6, 0, $7, $8", "iiiIiiis");
static const struct sql REFUND =
    INSERT("refund", "id, order_id, number, customer_id, at_s, amount_fen",
           "$1, $2, '1', $3, $4, $5", "iiiii");
static const struct sql EVENT = INSERT("event",
                                       "seq, recorded_us, batch_id, customer_id, at_s, kind, "
                                       "channel_id, staff_id, object_kind, object_id, amount_fen",
                                       "$1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10", "iIiiiIIIII");
static const struct sql RELATION =
    INSERT("relation", "id, customer_id, staff_id, added_s, deleted_s, created_s",
           "$1, $2, $3, $4, $5, 0", "iiiiI");
static const struct sql RELATION_TAG =
    INSERT("relation_tag", "relation_id, tag_id, put_s", "$1, $2, 0", "ii");
static const struct sql CUSTOMER_TAG =
    INSERT("customer_tag", "customer_id, tag_id, put_s", "$1, $2, 0", "ii");
static const struct sql CUSTOMER_FIELD =
    INSERT("customer_field", "customer_id, field_id, value_text, value_int, set_s",
           "$1, $2, $3, $4, 0", "iiSI");
static const struct sql GROUP =
    INSERT("chat_group", "id, name, owner_id, kind, level, created_s, dismissed_s",
           "$1, $2, $3, $4, $5, $6, $7", "isIssiI");
static const struct sql MEMBER =
    INSERT("group_member", "group_id, customer_id, joined_s, left_s", "$1, $2, $3, $4", "iiiI");
static const struct sql CUSTOMER_TIER =
    INSERT("customer_tier", "model_id, customer_id, tier_id, since_s", "$1, $2, $3, 0", "iii");
static const struct sql RUN = INSERT("tier_run", "id, model_id, at_s, customers, moved, took_us",
                                     "$1, $2, $3, 0, 0, 0", "iii");
static const struct sql MOVE =
    INSERT("tier_move", "run_id, customer_id, to_tier_id, at_s", "$1, $2, $3, $4", "iiIi");
static const struct sql FIT = INSERT("score_fit", "id, kind, at_s, period_s, customers, detail",
                                     "1, 'rfm', 0, 1, 0, '{}'", "");
static const struct sql RFM =
    INSERT("rfm_score", "customer_id, fit_id, r, f, m, last_s, orders, amount_fen",
           "$1, 1, $2, $3, $4, 0, 0, 0", "iiii");
static const struct sql CLV_FIT = INSERT("score_fit", "id, kind, at_s, period_s, customers, detail",
                                         "2, 'clv', 0, $1, 0, '{}'", "i");
static const struct sql CLV =
    INSERT("clv_score",
           "customer_id, fit_id, horizon_s, alive_ppm, purchases_micro, value_fen, clv_fen,"
           " repeats, first_day, last_day",
           "$1, 2, $2, 0, 0, 0, $3, 0, 0, 0", "iii");
static const struct sql DAY =
    INSERT("calendar", "day, start_s, end_s, week_day, month_day, quarter_day, year_day",
           "$1, $2, $3, 0, 0, 0, 0", "iii");
static const struct sql ACCOUNT =
    INSERT("account", "id, login, name, role, scope, created_s, updated_us",
           "1, 'a', 'a', 'staff', 'own', 0, 0", "");
static const struct sql ACCOUNT_STAFF =
    INSERT("account_staff", "account_id, staff_id", "1, $1", "i");
/* Rows that were appended as in life would have left it so; the mirror reads the log up to here. */
static const struct sql LAST_SEQ = {.text = "UPDATE log_sequence SET last = $1 WHERE id = 1",
                                    .in = "i"};
static const struct sql NO_CALENDAR = {.text = "DELETE FROM calendar"};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum rc rc_ = (call);                                                                      \
        if (rc_ != RC_OK)                                                                          \
            return rc_;                                                                            \
    } while (0)

static int64_t null_0(int64_t v)
{
    return v == 0 ? DB_NULL : v;
}

static enum rc store_cycles(struct tx *tx, struct err *e)
{
    for (int64_t i = 0; i < 7; i++) {
        const struct cycle_rule *c = world_cycle((size_t)i);
        struct str unit = c->length == 0 ? STR_ABSENT : c->months ? STR("month") : STR("day");
        TRY(tx_exec(tx, &CYCLE, e, i + 1, str_from(W_CYCLES[i]),
                    str_from(cycle_start_word(c->starts)), null_0(c->kind_id), null_0(c->field_id),
                    null_0(c->length), unit));
        for (size_t k = 0; k < c->n_products; k++)
            TRY(tx_exec(tx, &CYCLE_PRODUCT, e, i + 1, c->products[k]));
    }
    return RC_OK;
}

static enum rc store_names(struct tx *tx, struct err *e)
{
    static const char *const TYPES[] = {"text", "number", "day", "choice", "yes_no", "day"};
    for (int64_t i = 0; i < 6; i++)
        TRY(tx_exec(tx, &DEPARTMENT, e, i + 1, null_0(W_TEAM_PARENT[i]), str_from(W_TEAMS[i])));
    for (int64_t i = 1; i <= 6; i++)
        for (int64_t up = i; up != 0; up = W_TEAM_PARENT[up - 1])
            TRY(tx_exec(tx, &ABOVE, e, i, up));
    for (int64_t i = 0; i < 8; i++)
        TRY(tx_exec(tx, &STAFF, e, i + 1, str_from(W_STAFF[i]), str_from(W_STAFF_NAMES[i]),
                    i % 6 + 1));
    for (int64_t i = 2; i <= 4; i++)
        TRY(tx_exec(tx, &SOURCE, e, i, str_from(i == 2 ? "门店" : i == 3 ? "包裹卡" : "直播")));
    TRY(tx_exec(tx, &TAG_CATEGORY, e));
    for (int64_t i = 0; i < 3; i++)
        TRY(tx_exec(tx, &TAG_GROUP, e, i + 1, str_from(W_TAG_GROUPS[i])));
    for (int64_t i = 0; i < 9; i++)
        TRY(tx_exec(tx, &TAG, e, i + 1, i / 3 + 1, str_from(W_TAGS[i])));
    for (int64_t i = 0; i < 8; i++)
        TRY(tx_exec(tx, &PRODUCT, e, i + 1, str_from(W_PRODUCTS[i]), str_from(W_CATEGORIES[i])));
    for (int64_t i = 0; i < 6; i++)
        TRY(tx_exec(tx, &FIELD, e, i + 1, str_from(W_FIELD_KEYS[i]), str_from(TYPES[i])));
    TRY(tx_exec(tx, &KIND, e));
    for (int64_t i = 0; i < 2; i++)
        TRY(tx_exec(tx, &MODEL, e, i + 1, str_from(W_MODELS[i])));
    for (int64_t i = 0; i < 6; i++)
        TRY(tx_exec(tx, &TIER, e, i + 1, i / 3 + 1, str_from(W_TIERS[i])));
    for (int64_t i = 0; i < 4; i++)
        TRY(tx_exec(tx, &AUDIENCE, e, i + 1, str_from(W_AUDIENCES[i]),
                    str_from(W_AUDIENCE_TEXTS[i])));
    TRY(store_cycles(tx, e));
    TRY(tx_exec(tx, &ACCOUNT, e));
    for (int64_t i = 1; i <= W_SCOPE_STAFF; i++)
        TRY(tx_exec(tx, &ACCOUNT_STAFF, e, i));
    TRY(tx_exec(tx, &NO_CALENDAR, e));
    for (int32_t d = calendar_day_from_civil(2024, 1, 1); d < calendar_day_from_civil(2028, 1, 1);
         d++)
        TRY(tx_exec(tx, &DAY, e, d, calendar_day_start_s(d), calendar_day_start_s(d + 1)));
    return RC_OK;
}

static enum rc store_customers(struct tx *tx, const struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_customers; i++) {
        const struct w_customer *c = &w->customers[i];
        TRY(tx_exec(tx, &CUSTOMER, e, c->id, str_from(c->nickname), str_from(c->gender),
                    c->birth_day == NO_DAY ? DB_NULL : (int64_t)c->birth_day, str_from(c->province),
                    str_from(c->city), null_0(c->source), null_0(c->stage), c->first_s,
                    null_0(c->added_s), (int64_t)c->no_marketing,
                    c->erased ? (int64_t)1 : DB_NULL));
    }
    for (size_t i = 0; i < w->n_customers; i++)
        TRY(tx_exec(tx, &ROOT, e, w->customers[i].id, w->customers[i].root));
    return RC_OK;
}

static enum rc store_orders(struct tx *tx, const struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_orders; i++) {
        const struct w_order *o = &w->orders[i];
        char number[24];
        int n = snprintf(number, sizeof number, "N%lld", (long long)o->id);
        TRY(tx_exec(tx, &ORDER, e, o->id, o->channel, ((struct str){number, (size_t)n}),
                    o->customer, null_0(o->staff), o->at_s, o->amount, o->paid ? o->amount : 0,
                    o->paid ? o->at_s : DB_NULL));
    }
    for (size_t i = 0; i < w->n_items; i++) {
        const struct w_item *x = &w->items[i];
        TRY(tx_exec(tx, &ITEM, e, x->seq, x->order, x->customer, null_0(x->product), x->at_s,
                    x->quantity, x->amount, str_from(x->sale ? "sale" : "adjust")));
    }
    for (size_t i = 0; i < w->n_refunds; i++) {
        const struct w_refund *f = &w->refunds[i];
        TRY(tx_exec(tx, &REFUND, e, (int64_t)i + 1, f->order, f->customer, f->at_s, f->amount));
    }
    return RC_OK;
}

static enum rc store_events(struct tx *tx, const struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_events; i++) {
        const struct w_event *v = &w->events[i];
        TRY(tx_exec(tx, &EVENT, e, v->seq, null_0(v->batch), v->customer, v->at_s, v->kind,
                    null_0(v->channel), null_0(v->staff), null_0(v->object_kind), null_0(v->object),
                    v->amount));
    }
    return tx_exec(tx, &LAST_SEQ, e, w->seq);
}

static enum rc store_relations(struct tx *tx, const struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_relations; i++) {
        const struct w_relation *x = &w->relations[i];
        TRY(tx_exec(tx, &RELATION, e, x->id, x->customer, x->staff, x->added_s,
                    null_0(x->deleted_s)));
    }
    for (size_t i = 0; i < w->n_relation_tags; i++)
        TRY(tx_exec(tx, &RELATION_TAG, e, w->relation_tags[i].on, w->relation_tags[i].tag));
    for (size_t i = 0; i < w->n_customer_tags; i++)
        TRY(tx_exec(tx, &CUSTOMER_TAG, e, w->customer_tags[i].on, w->customer_tags[i].tag));
    for (size_t i = 0; i < w->n_groups; i++) {
        const struct w_group *g = &w->groups[i];
        TRY(tx_exec(tx, &GROUP, e, g->id, str_from(g->name), null_0(g->owner), str_from(g->kind),
                    str_from(g->level), g->created_s, null_0(g->dismissed_s)));
    }
    for (size_t i = 0; i < w->n_members; i++) {
        const struct w_member *m = &w->members[i];
        TRY(tx_exec(tx, &MEMBER, e, m->group, m->customer, m->joined_s, null_0(m->left_s)));
    }
    return RC_OK;
}

static enum rc store_state(struct tx *tx, const struct world *w, struct err *e)
{
    for (size_t i = 0; i < w->n_fields; i++) {
        const struct w_field *f = &w->fields[i];
        bool text = f->field == 1 || f->field == 4;
        TRY(tx_exec(tx, &CUSTOMER_FIELD, e, f->customer, f->field, str_from(f->text),
                    text ? DB_NULL : f->number));
    }
    for (size_t i = 0; i < w->n_tiers; i++)
        TRY(tx_exec(tx, &CUSTOMER_TIER, e, w->tiers[i].model, w->tiers[i].customer,
                    w->tiers[i].tier));
    for (int64_t run = 1; run <= 8; run++)
        TRY(tx_exec(tx, &RUN, e, run, (run - 1) % 2 + 1, (int64_t)0));
    for (size_t i = 0; i < w->n_moves; i++) {
        const struct w_move *m = &w->moves[i];
        TRY(tx_exec(tx, &MOVE, e, m->run, m->customer, null_0(m->to), m->at_s));
    }
    TRY(tx_exec(tx, &FIT, e));
    for (size_t i = 0; i < w->n_rfm; i++)
        TRY(tx_exec(tx, &RFM, e, w->rfm[i].customer, w->rfm[i].r, w->rfm[i].f, w->rfm[i].m));
    TRY(tx_exec(tx, &CLV_FIT, e, (int64_t)W_HORIZON_S));
    for (size_t i = 0; i < w->n_clv; i++)
        TRY(tx_exec(tx, &CLV, e, w->clv[i].customer, w->clv[i].horizon_s, w->clv[i].fen));
    return RC_OK;
}

static enum rc store(struct tx *tx, void *arg, struct err *e)
{
    const struct world *w = arg;
    TRY(store_names(tx, e));
    TRY(store_customers(tx, w, e));
    TRY(store_orders(tx, w, e));
    TRY(store_events(tx, w, e));
    TRY(store_relations(tx, w, e));
    return store_state(tx, w, e);
}

enum rc world_store(const struct world *w, struct writer *writer, struct err *e)
{
    assert(w != NULL && writer != NULL);
    return writer_run(writer, store, (void *)(uintptr_t)w, e);
}
