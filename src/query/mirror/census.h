/* census — how many customers have what, from the mirror's sets: the same questions as store/tag.h,
 * store/source.h and store/catalogue.h, the same answers.
 *
 * `b->s` is not NULL. `tx` serves names, its arena holds the answer. Cost: 0.3 µs a set and chunk.
 */
#ifndef KOI_QUERY_MIRROR_CENSUS_H
#define KOI_QUERY_MIRROR_CENSUS_H

#include "query/board.h"

/* As tag_list(). */
enum rc mirror_tag_list(const struct board *b, int64_t scope_account, struct tag **out,
                        size_t *out_n, struct err *e);
/* As tag_coverage(). */
enum rc mirror_tag_coverage(const struct board *b, int64_t scope_account, struct tag_coverage **out,
                            size_t *out_n, struct err *e);
/* As source_list(). */
enum rc mirror_source_list(const struct board *b, int64_t scope_account, struct source_row **out,
                           size_t *out_n, struct err *e);
/* As catalogue_cities(). */
enum rc mirror_cities(const struct board *b, struct str q, int64_t scope_account, int64_t limit,
                      struct city_row **out, size_t *out_n, struct err *e);
/* Fills in how many customers are in each tier of the models, as tier_models() does. */
enum rc mirror_tier_sizes(const struct board *b, int64_t scope_account, struct tier_model *models,
                          size_t n, struct err *e);
/* As report_unanswered(); `b->book` is not NULL either. Besides 1 ns a customer, and the rows of
 * those who are new. */
enum rc mirror_unanswered(const struct board *b, int64_t scope_account, int64_t since_s,
                          int64_t *out, struct err *e);

#endif
