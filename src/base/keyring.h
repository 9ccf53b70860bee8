/* keyring — what is inside a struct keyring. For keyring.c and secret.c only; others see secret.h.
 * */
#ifndef KOI_BASE_KEYRING_H
#define KOI_BASE_KEYRING_H

#include "base/secret.h"

enum { KEY_BYTES = 32, KEYRING_KEYS = 64 };

struct keyring_key {
    uint32_t id;
    uint8_t bytes[KEY_BYTES];
};

struct keyring {
    struct keyring_key keys[KEYRING_KEYS]; /* in the order of the file */
    size_t n;                              /* at least 1 */
    struct buf text;                       /* the file */
};

/* The key with this id, or NULL. */
const struct keyring_key *keyring_find(const struct keyring *k, uint32_t id);

#endif
