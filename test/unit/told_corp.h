/* told_corp — for tests of what domain applies: a corp that is told things, and looks at what it
 * holds. */
#ifndef KOI_TEST_UNIT_TOLD_CORP_H
#define KOI_TEST_UNIT_TOLD_CORP_H

#include "store_fixture.h"

#include "domain/contact_apply.h"
#include "domain/contact_heard.h"
#include "domain/directory_apply.h"
#include "domain/group_apply.h"
#include "domain/tag_apply.h"

enum { TOLD_BASE_S = 1700000000 };
#define TOLD_US(s) ((TOLD_BASE_S + (int64_t)(s)) * 1000000)

struct contact_applied tell_contact(struct store_fixture *f, const struct told_contact *told);
enum contact_end tell_end(struct store_fixture *f, const char *external_userid, const char *userid,
                          int64_t at_s, bool by_customer);
bool tell_begun(struct store_fixture *f, const char *external_userid, const char *userid,
                int64_t at_s);
struct group_applied tell_group(struct store_fixture *f, const struct told_group *told);
bool tell_members(struct store_fixture *f, const struct told_member_change *told);
struct tag_applied tell_tags(struct store_fixture *f, const struct told_tag_group *groups, size_t n,
                             bool complete);
struct directory_applied tell_departments(struct store_fixture *f,
                                          const struct told_department *told, size_t n,
                                          bool complete);
struct directory_applied tell_staff(struct store_fixture *f, const struct told_staff *told,
                                    size_t n, bool complete, int64_t at_s);

/* What a statement of one number says; it may have one text as $1. */
int64_t told_number(struct store_fixture *f, const struct sql *q, const char *text);
/* All rows that applying may write, as text, with how many events and changes there are: for "again
 * writes nothing". In `out`, NUL-terminated. */
void told_everything(struct store_fixture *f, char *out, size_t room);
/* The log has each fact once, and its last word about each friendship, tag on one and membership is
 * what the rows say. */
void told_log_agrees(struct store_fixture *f);

#endif
