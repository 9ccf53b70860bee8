/* statements.c — the store files that have statements, sorted by name. See statements.h.
 *
 * A list by hand, checked by test/unit/store_statements.c, since a linker section or a preprocessor
 * would hide it from readers. Costs a few pointers; only tests and `koi doctor` read it.
 */
#include "store/statements.h"

#define FILE_LIST(X)                                                                               \
    X(account)                                                                                     \
    X(audience)                                                                                    \
    X(audience_move)                                                                               \
    X(audit)                                                                                       \
    X(batch)                                                                                       \
    X(binding)                                                                                     \
    X(catalogue)                                                                                   \
    X(census)                                                                                      \
    X(chat_group)                                                                                  \
    X(churn)                                                                                       \
    X(clv)                                                                                         \
    X(code)                                                                                        \
    X(code_entry)                                                                                  \
    X(customer)                                                                                    \
    X(customer_card)                                                                               \
    X(customer_list)                                                                               \
    X(customer_stats)                                                                              \
    X(cycle)                                                                                       \
    X(day)                                                                                         \
    X(demo_corp)                                                                                   \
    X(department)                                                                                  \
    X(directory)                                                                                   \
    X(erasure)                                                                                     \
    X(event)                                                                                       \
    X(event_index)                                                                                 \
    X(event_part)                                                                                  \
    X(feed)                                                                                        \
    X(feed_log)                                                                                    \
    X(feed_order)                                                                                  \
    X(field)                                                                                       \
    X(figures)                                                                                     \
    X(group)                                                                                       \
    X(group_figure)                                                                                \
    X(group_greeting)                                                                              \
    X(handover)                                                                                    \
    X(idempotency)                                                                                 \
    X(identity)                                                                                    \
    X(inbox)                                                                                       \
    X(influence)                                                                                   \
    X(job)                                                                                         \
    X(link)                                                                                        \
    X(logo)                                                                                        \
    X(media)                                                                                       \
    X(merge)                                                                                       \
    X(names)                                                                                       \
    X(order)                                                                                       \
    X(order_feed)                                                                                  \
    X(order_read)                                                                                  \
    X(outbox)                                                                                      \
    X(relation)                                                                                    \
    X(removal)                                                                                     \
    X(report)                                                                                      \
    X(report_product)                                                                              \
    X(rfm)                                                                                         \
    X(script)                                                                                      \
    X(session)                                                                                     \
    X(setting)                                                                                     \
    X(source)                                                                                      \
    X(staff)                                                                                       \
    X(staff_day)                                                                                   \
    X(stage)                                                                                       \
    X(tag)                                                                                         \
    X(tag_library)                                                                                 \
    X(tier)                                                                                        \
    X(timeline)                                                                                    \
    X(token)                                                                                       \
    X(tombstone)                                                                                   \
    X(undo)                                                                                        \
    X(view)                                                                                        \
    X(wecom_sync)                                                                                  \
    X(welcome)                                                                                     \
    X(wipe)

#define DECLARE(file) extern const struct sql *const file##_statements[];
FILE_LIST(DECLARE)

#define ROW(file) {.name = #file, .list = file##_statements},
const struct statement_file statement_files[] = {FILE_LIST(ROW){.name = NULL}};
