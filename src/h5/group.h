/* group — the address of the page that a customer sees before joining a group. */
#ifndef KOI_H5_GROUP_H
#define KOI_H5_GROUP_H

#include "base/arena.h"
#include "base/secret.h"

/* "/g/KEY" of a group code: its id with a keyed hash behind it, so that nobody finds pages by
 * counting, and none needs a column. The same as long as the installation's key is. */
struct str group_page_path(const struct keyring *keys, int64_t code_id, struct arena *a);

#endif
