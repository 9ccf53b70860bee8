/* import_customer.c — a row of a customer file.
 *
 * A row needs at least one account to know the person by; which of the others are told does not
 * matter. Dates of birth are days, in any form calendar_parse() reads, and between 1900 and today.
 * Tags are separated by commas, semicolons, bars or 、 and are made when nobody has them yet; staff
 * and stages must exist, because a wrong one would be worse than a rejected row.
 */
#include "domain/import_read.h"

#include "base/calendar.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/money.h"

#include <assert.h>

enum { ROW_TAGS = 32 };

static struct str gender_of(struct str t)
{
    static const char *const men[] = {"男", "男性", "male", "m", "1"}, *const women[] = {
                                                                           "女", "女性", "female",
                                                                           "f", "2"};
    for (size_t i = 0; i < 5; i++) {
        if (str_eq_nocase(t, str_from(men[i])))
            return STR("male");
        if (str_eq_nocase(t, str_from(women[i])))
            return STR("female");
    }
    return STR_ABSENT;
}

static int truth_of(struct str t)
{
    static const char *const yes[] = {"是", "1", "true", "yes", "y"}, *const no[] = {"否", "0",
                                                                                     "false", "no",
                                                                                     "n"};
    for (size_t i = 0; i < 5; i++) {
        if (str_eq_nocase(t, str_from(yes[i])))
            return 1;
        if (str_eq_nocase(t, str_from(no[i])))
            return 0;
    }
    return -1;
}

static enum rc read_text(struct reader *r, const struct table_row *row, struct import_step *s,
                         enum map_field f, size_t most, struct str *out,
                         struct problem *out_problem)
{
    struct str t = reader_cell(r, row, f);
    if (str_utf8_count(t) > most)
        return reader_wrong(r, f, out_problem, "文字太长", "the text is too long");
    *out = t.n > 0 ? arena_str(&s->arena, t) : STR_ABSENT;
    return RC_OK;
}

static enum rc read_time(struct reader *r, const struct table_row *row, enum map_field f,
                         int64_t *out, struct problem *out_problem)
{
    struct str t = reader_cell(r, row, f);
    *out = DB_NULL;
    if (t.n == 0 || reader_time(r, t, out))
        return RC_OK;
    return reader_wrong(r, f, out_problem, "不是时间", "that is no time");
}

static enum rc read_birthday(struct reader *r, const struct table_row *row,
                             struct ingest_customer *c, struct problem *out)
{
    struct str t = reader_cell(r, row, MAP_BIRTHDAY);
    int64_t s;
    c->birth_day = DB_NULL;
    if (t.n == 0)
        return RC_OK;
    if (!calendar_parse(t, &s) || s < -2208988800 || s > clock_now_s())
        return reader_wrong(r, MAP_BIRTHDAY, out, "不是过去的日期", "that is no day of the past");
    c->birth_day = calendar_day_of(s);
    return RC_OK;
}

/* Takes the next tag off the list; false when there is none. */
static bool next_tag(struct str *rest, struct str *out)
{
    static const char *const seps[] = {",", ";", "|", "，", "；", "、", "\n"};
    while (rest->n > 0) {
        size_t end = rest->n, skip = 0;
        for (size_t k = 0; k < sizeof seps / sizeof *seps; k++) {
            ptrdiff_t at = str_find(*rest, str_from(seps[k]));
            if (at >= 0 && (size_t)at < end) {
                end = (size_t)at;
                skip = strlen(seps[k]);
            }
        }
        *out = str_trim(str_sub(*rest, 0, end));
        *rest = str_sub(*rest, end + skip, rest->n);
        if (out->n > 0)
            return true;
    }
    return false;
}

static enum rc read_tags(struct reader *r, const struct table_row *row, struct import_step *s,
                         struct ingest_customer *c, struct problem *out, struct err *e)
{
    struct str rest = reader_cell(r, row, MAP_TAGS), name;
    int64_t ids[ROW_TAGS];
    size_t n = 0;
    while (next_tag(&rest, &name)) {
        if (n == ROW_TAGS || str_utf8_count(name) > LIMIT_NAME)
            return reader_wrong(r, MAP_TAGS, out, "标签太多或太长",
                                "there are too many tags, or too long ones");
        enum rc rc = import_names_find(r->names, NAME_TAG, name, &ids[n], e);
        if (rc != RC_OK)
            return rc;
        n++;
    }
    if (n == 0)
        return RC_OK;
    int64_t *copy = ARENA_ARRAY(&s->arena, int64_t, n);
    memcpy(copy, ids, n * sizeof *copy);
    c->tag_ids = copy;
    c->tags_n = n;
    return RC_OK;
}

/* One custom field's value, by its type. */
static bool field_value(const struct field *f, struct str t, struct import_step *s,
                        struct ingest_field *out)
{
    int64_t n;
    out->field_id = f->id;
    out->number = DB_NULL;
    if (str_eq(f->type, STR("number"))) {
        if (!money_parse_micro(t, &out->number))
            return false;
    } else if (str_eq(f->type, STR("day"))) {
        if (!calendar_parse(t, &n))
            return false;
        out->number = calendar_day_of(n);
    } else if (str_eq(f->type, STR("yes_no"))) {
        int truth = truth_of(t);
        if (truth < 0)
            return false;
        out->number = truth;
    } else {
        if (str_utf8_count(t) > LIMIT_NOTE)
            return false;
        out->text = arena_str(&s->arena, t);
    }
    return true;
}

static enum rc read_fields(struct reader *r, const struct table_row *row, struct import_step *s,
                           struct ingest_customer *c, struct problem *out)
{
    const struct import_map *m = r->map;
    struct ingest_field *list = ARENA_ARRAY(&s->arena, struct ingest_field, m->own_n + 1);
    for (size_t i = 0; i < m->own_n; i++) {
        struct str t = str_trim(row->cells[m->own[i].column]);
        const struct field *f = import_names_field(r->names, m->own[i].key);
        if (t.n == 0)
            continue;
        *out = (struct problem){m->own[i].column, "没有这个自定义字段",
                                "there is no such custom field"};
        if (f == NULL)
            return RC_INVALID;
        *out = (struct problem){m->own[i].column, "值不符合字段的类型",
                                "the value is not of the field's type"};
        if (!field_value(f, t, s, &list[c->fields_n]))
            return RC_INVALID;
        c->fields_n++;
    }
    c->fields = list;
    return RC_OK;
}

static enum rc read_texts(struct reader *r, const struct table_row *row, struct import_step *s,
                          struct ingest_customer *c, struct problem *out)
{
    enum rc rc = read_text(r, row, s, MAP_NICKNAME, 64, &c->nickname, out);
    if (rc == RC_OK)
        rc = read_text(r, row, s, MAP_NAME, 64, &c->name, out);
    if (rc == RC_OK)
        rc = read_text(r, row, s, MAP_ADDRESS, 200, &c->address, out);
    if (rc == RC_OK)
        rc = read_text(r, row, s, MAP_PROVINCE, 32, &c->province, out);
    if (rc == RC_OK)
        rc = read_text(r, row, s, MAP_CITY, 32, &c->city, out);
    struct str gender = reader_cell(r, row, MAP_GENDER);
    c->gender = gender_of(gender);
    c->no_marketing = truth_of(reader_cell(r, row, MAP_NO_MARKETING));
    return rc;
}

/* What is told by the name of something that Koi knows. */
static enum rc read_named(struct reader *r, const struct table_row *row, struct ingest_customer *c,
                          struct problem *out, struct err *e)
{
    struct str stage = reader_cell(r, row, MAP_STAGE), source = reader_cell(r, row, MAP_SOURCE);
    enum rc rc = reader_staff(r, row, &c->staff_id, out);
    if (rc == RC_OK && stage.n > 0 &&
        import_names_find(r->names, NAME_STAGE, stage, &c->stage_id, e) != RC_OK)
        return reader_wrong(r, MAP_STAGE, out, "没有这个客户阶段", "there is no such stage");
    if (rc == RC_OK && source.n > 0)
        rc = import_names_find(r->names, NAME_SOURCE, str_utf8_prefix(source, LIMIT_NAME),
                               &c->source_id, e);
    return rc;
}

enum rc read_customer_row(struct reader *r, const struct table_row *row, struct import_step *s,
                          struct problem *out, struct err *e)
{
    struct ingest_customer c = {.no_marketing = -1};
    const struct identity *who;
    size_t n = reader_who(r, row, &s->arena, &who);
    struct str ignored;
    bool one = false;
    for (size_t i = 0; i < n; i++)
        one = one || identity_normalise(&s->arena, who[i].kind, who[i].value, &ignored);
    if (!one)
        return reader_wrong(r, r->map->column[MAP_CUSTOMER] >= 0 ? MAP_CUSTOMER : MAP_PHONE, out,
                            "没有可用的客户标识（编号、手机号等）",
                            "there is no usable id of the customer (number, phone …)");
    c.identities = who;
    c.identities_n = n;
    enum rc rc = read_texts(r, row, s, &c, out);
    if (rc == RC_OK)
        rc = read_birthday(r, row, &c, out);
    if (rc == RC_OK)
        rc = read_time(r, row, MAP_FIRST_TIME, &c.first_s, out);
    if (rc == RC_OK)
        rc = read_time(r, row, MAP_ADDED_TIME, &c.added_s, out);
    if (rc == RC_OK)
        rc = read_fields(r, row, s, &c, out);
    if (rc == RC_OK)
        rc = read_named(r, row, &c, out, e);
    if (rc == RC_OK)
        rc = read_tags(r, row, s, &c, out, e);
    if (rc == RC_OK)
        s->customers[s->customers_n++] = c;
    return rc;
}
