/* xml.c — expat's calls, collected into leaves.
 *
 * The way to the open element is kept as text, so that an end tag only cuts it. An element is a
 * leaf unless an element began inside it; texts between elements are forgotten. The first thing
 * that is refused stops the parser. Memory: the texts, plus 32 bytes a leaf, all from the arena;
 * expat's own is freed before the return.
 */
#include "connect/wecom/xml.h"

#include "base/buf.h"
#include "base/must.h"

#include <assert.h>
#include <expat.h>
#include <limits.h>
#include <string.h>

struct reading {
    XML_Parser parser;
    struct arena *arena;
    struct xml_leaf *leaves;
    size_t n, room;
    int depth;
    size_t ends[XML_DEPTH + 1]; /* where the name of each open level ends */
    char name[XML_NAME];
    bool inside; /* an element has begun and none inside it */
    bool refused;
    struct buf text;
};

static void refuse(struct reading *r)
{
    r->refused = true;
    XML_StopParser(r->parser, XML_FALSE);
}

static void begin(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reading *r = ctx;
    (void)attributes;
    r->inside = true;
    buf_clear(&r->text);
    if (r->depth++ == 0) {
        r->inside = false;
        if (strcmp(name, "xml") != 0) {
            refuse(r);
        }
        return;
    }
    size_t at = r->depth > 2 && r->depth <= XML_DEPTH ? r->ends[r->depth - 2] : 0;
    size_t n = strlen(name);
    if (r->depth > XML_DEPTH || at + n + 1 >= XML_NAME) {
        refuse(r);
        return;
    }
    if (at > 0) {
        r->name[at++] = '/';
    }
    memcpy(r->name + at, name, n);
    r->ends[r->depth - 1] = at + n;
}

static void add_leaf(struct reading *r)
{
    if (r->n == XML_LEAVES) {
        refuse(r);
        return;
    }
    if (r->n == r->room) {
        size_t room = r->room == 0 ? 32 : r->room * 2;
        struct xml_leaf *more = ARENA_ARRAY(r->arena, struct xml_leaf, room);
        if (r->n > 0) {
            memcpy(more, r->leaves, r->n * sizeof *more);
        }
        r->leaves = more;
        r->room = room;
    }
    struct str name = {r->name, r->ends[r->depth - 1]};
    r->leaves[r->n++] =
        (struct xml_leaf){arena_str(r->arena, name), arena_str(r->arena, buf_str(&r->text))};
}

static void end(void *ctx, const XML_Char *name)
{
    struct reading *r = ctx;
    (void)name;
    assert(r->depth > 0);
    if (r->inside && !r->refused) {
        add_leaf(r);
    }
    r->inside = false;
    r->depth--;
}

static void characters(void *ctx, const XML_Char *p, int n)
{
    struct reading *r = ctx;
    if (r->inside) {
        buf_add(&r->text, (struct str){p, (size_t)n});
    }
}

static void doctype(void *ctx, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                    int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    refuse(ctx);
}

static enum rc not_xml(struct err *e)
{
    return err_set(e, RC_INVALID, "xml_invalid", NULL, "不是可以接受的 XML",
                   "this is no XML that can be accepted");
}

enum rc xml_read(struct str text, struct arena *a, struct xml *out, struct err *e)
{
    struct reading r = {.arena = a};
    struct str body = str_trim(text);
    if (body.n == 0 || body.n > INT_MAX / 2) {
        return not_xml(e);
    }
    buf_init(&r.text, body.n + 1);
    r.parser = must(XML_ParserCreate("UTF-8"));
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, begin, end);
    XML_SetCharacterDataHandler(r.parser, characters);
    XML_SetStartDoctypeDeclHandler(r.parser, doctype);
    enum XML_Status status = XML_Parse(r.parser, body.p, (int)body.n, XML_TRUE);
    bool good = status == XML_STATUS_OK && !r.refused && !r.text.failed;
    XML_ParserFree(r.parser);
    buf_done(&r.text);
    if (!good) {
        return not_xml(e);
    }
    *out = (struct xml){r.leaves, r.n};
    return RC_OK;
}

struct str xml_get(const struct xml *x, const char *name)
{
    struct str wanted = str_from(name);
    for (size_t i = 0; i < x->n; i++) {
        if (str_eq(x->leaves[i].name, wanted)) {
            return x->leaves[i].text;
        }
    }
    return STR_ABSENT;
}

size_t xml_count(const struct xml *x, const char *name)
{
    struct str wanted = str_from(name);
    size_t count = 0;
    for (size_t i = 0; i < x->n; i++) {
        count += str_eq(x->leaves[i].name, wanted);
    }
    return count;
}
