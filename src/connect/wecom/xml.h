/* xml — a small XML document as its leaves, in the order in which they stand.
 *
 * WeCom's documents are one element <xml> with texts below it, rarely two levels deep. A leaf is an
 * element without elements inside; its name is the way to it from below the root: "Event",
 * "MemChangeList/Item", "ExtAttr/Item/Text/Value". Refused with RC_INVALID: a DOCTYPE and with it
 * every entity of its own, another root, another encoding than UTF-8, more than XML_DEPTH levels,
 * XML_LEAVES leaves or XML_NAME bytes of a name. Attributes, comments and instructions are ignored.
 * No file and no address is ever opened. Linear in the bytes.
 */
#ifndef KOI_CONNECT_WECOM_XML_H
#define KOI_CONNECT_WECOM_XML_H

#include "base/arena.h"
#include "base/err.h"

enum { XML_DEPTH = 8, XML_LEAVES = 4096, XML_NAME = 200 };

struct xml_leaf {
    struct str name, text; /* text without CDATA marks; "" for an empty element */
};

struct xml {
    const struct xml_leaf *leaves;
    size_t n;
};

/* Reads a document; blanks around it do not matter. All of `out` is owned by the arena. */
enum rc xml_read(struct str text, struct arena *a, struct xml *out, struct err *e);
/* The text of the first leaf of that name; absent when there is none. */
struct str xml_get(const struct xml *x, const char *name);
/* How many leaves have that name. */
size_t xml_count(const struct xml *x, const char *name);

#endif
