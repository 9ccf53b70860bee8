/* profile — what is known of a customer: searched for, changed, shown in the clear, erased.
 *
 * Every change is an event without personal data: the timeline says that the city changed, not to
 * what. Callers have checked permission and found the root within the caller's scope
 * (customer_root()).
 */
#ifndef KOI_DOMAIN_PROFILE_H
#define KOI_DOMAIN_PROFILE_H

#include "store/customer.h"
#include "store/customer_list.h"

/* Puts the words of the search box into a filter: an id, a shop's buyer id or another account, a
 * whole phone, the last four digits of one, else a part of the nickname or of the real name. What
 * is found by an index counts alone. */
enum rc profile_search(struct tx *tx, const struct keyring *keys, struct str q,
                       struct customer_filter *out, struct err *e);

/* A change of the profile; members not given stay. An absent text or DB_NULL that is given
 * clears. */
struct profile_change {
    bool nickname_given, name_given, address_given, gender_given, province_given, city_given;
    struct str nickname, name, address, gender, province, city;
    bool birth_day_given, stage_given, no_marketing_given;
    int64_t birth_day, stage_id, no_marketing;
};
/* Changes a root that was loaded in this transaction; says in `c` what it is now. Nothing is
 * written when nothing differs. RC_INVALID for a stage that does not exist. `account_id` is for the
 * events of consent. */
enum rc profile_change(struct tx *tx, const struct keyring *keys, struct customer *c,
                       const struct profile_change *change, struct err *e);

/* Erases a person: profile, accounts, names, remarks, notes, sealed fields of everyone with this
 * root; leaves a tombstone for each account. Orders and events stay, tied to a number that names
 * nobody. Cannot be undone. */
enum rc profile_erase(struct tx *tx, int64_t root_id, struct err *e);

#endif
