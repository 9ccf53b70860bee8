/* audience_random — random expressions from a seed, about whatever corp the names are of.
 *
 * The same names and seed give the same expressions. A kind of name that the corp lacks leaves its
 * productions out; kinds of events it must have. */
#ifndef KOI_TEST_AUDIENCE_RANDOM_H
#define KOI_TEST_AUDIENCE_RANDOM_H

#include "base/buf.h"
#include "base/rng.h"
#include "query/audience.h"

/* A kind of name. Parts are what `contains` asks for. */
enum random_list_of {
    RANDOM_NOTHING, /* of productions that need no name */
    RANDOM_USERIDS,
    RANDOM_STAFF_NAMES, /* that only one has */
    RANDOM_TEAMS,
    RANDOM_TAGS, /* also as "group/name" */
    RANDOM_TAG_GROUPS,
    RANDOM_GROUPS,
    RANDOM_GROUP_PARTS,
    RANDOM_STAGES,
    RANDOM_CHANNELS,
    RANDOM_SOURCES,
    RANDOM_PRODUCTS,
    RANDOM_CATEGORIES,
    RANDOM_CATEGORY_PARTS,
    RANDOM_CITIES,
    RANDOM_CITY_PARTS,
    RANDOM_PROVINCES,
    RANDOM_PROVINCE_PARTS,
    RANDOM_NICKNAMES,
    RANDOM_NICKNAME_PARTS,
    RANDOM_TEXT_FIELDS, /* keys */
    RANDOM_NUMBER_FIELDS,
    RANDOM_DAY_FIELDS,
    RANDOM_CHOICE_FIELDS,
    RANDOM_YES_NO_FIELDS,
    RANDOM_FIELD_VALUES, /* of text and choice */
    RANDOM_FIELD_PARTS,
    RANDOM_KINDS,        /* words of events other than order, refund and item */
    RANDOM_QUOTED_KINDS, /* the same, written in quotes */
    RANDOM_STEPS,        /* words that come often, for sequences */
    RANDOM_MODELS,
    RANDOM_HORIZONS, /* of lifetime value: "52w" */
    RANDOM_CYCLES,
    RANDOM_PAST_CYCLES, /* those that may be asked as of a past moment */
    RANDOM_AUDIENCES,
    RANDOM_PAST_AUDIENCES, /* those that may be asked as of a past moment */
    RANDOM_LISTS
};

struct random_list {
    const char *const *of;
    int n;
};

/* Names of a kind have the names of its parts or values beside them, or neither is there. */
struct random_names {
    struct random_list list[RANDOM_LISTS];
    const struct random_list *tiers; /* of each model, at least one */
    int year;                        /* of dates that are written out */
    int most_members, most_matching; /* numbers that the members of a group are compared with */
};

/* What audience_world.h has. */
extern const struct random_names RANDOM_NAMES_OF_WORLD;

/* Appends an expression that is right in syntax and types, about groups or customers. */
void random_audience(struct rng *r, const struct random_names *names, enum audience_subject subject,
                     struct buf *out);
/* Appends what one event condition or one window is made of: "order where amount > 100", "last
 * 30d". */
void random_events(struct rng *r, const struct random_names *names, struct buf *out);
void random_window(struct rng *r, const struct random_names *names, struct buf *out);

#endif
