/* daybook — every order and refund in memory, in columns, for the reports (query/board.h).
 *
 * The mirror's events say what known customers bought; reports also count orders of nobody known,
 * unpaid ones, cancellation documents, provinces and paid amounts. The daybook has what reports ask
 * for of each order, sorted by (root customer, time, id), so that a customer's orders stand
 * together and a question is one pass over columns, shared out to the cores.
 *
 * An edition never changes; the next one is made from the last by a merge. It follows the log:
 * whoever writes an order names it in `change`. Whoever asks brings the daybook up to what their
 * transaction sees, so an answer is never older than its asker; a thread of its own reads
 * everything at the start, after an import was taken back, and long tails. It holds no truth.
 *
 * Cost: 45 bytes an order, 13 a line, 40 a refund, 25 to 42 a customer who ordered. Reading
 * everything: 2 µs an order or line. A step that changes anything copies the edition: about 20 ns
 * an order.
 */
#ifndef KOI_MIRROR_DAYBOOK_H
#define KOI_MIRROR_DAYBOOK_H

#include "db/db.h"
#include "mirror/codes.h"
#include "mirror/run.h"
#include "store/order_feed.h"

#include <stdatomic.h>

struct daybook;

struct daybook_refund {
    int64_t order_id, amount_fen;
    uint32_t born, root; /* as in orders */
    uint32_t at_s;
    uint16_t channel;
};

/* What a line has besides enum line_feed_flags. */
enum {
    DAYBOOK_LINE_REPEAT = 64, /* exactly as an earlier line of its order */
    DAYBOOK_LINE_TIMES = 128, /* lines of its order have different times; on the first of them */
};

/* Orders as columns; people and products are codes, 0: nobody known, none. */
struct daybook_edition {
    atomic_uint refs;
    uint32_t n;
    int64_t *id;
    uint32_t *root; /* ascending */
    uint32_t *born; /* the customer as born */
    uint32_t *at_s; /* ascending within a root */
    uint16_t *channel;
    uint16_t *province; /* number of the text; 0: not told */
    uint8_t *flags;     /* enum order_feed_flags */
    struct run_amounts sale_fen, refunded_fen, total_fen;
    struct run_amounts paid_fen; /* RUN_NONE: not told */
    uint32_t *first_line;        /* by order, and the end */
    uint32_t n_lines;            /* by order, in their order */
    uint32_t *product;
    uint8_t *line_flags;
    struct run_amounts quantity, amount_fen; /* of a line */
    uint32_t n_refunds;
    struct daybook_refund *refunds;          /* in no order */
    const struct str *provinces;             /* by number */
    const struct codes *people;              /* ids of customers and their codes */
    const struct codes *channels, *products; /* likewise */
    uint32_t products_n;                     /* likewise */
    uint32_t people_n;                       /* codes that the book may have */
    uint16_t provinces_n;                    /* numbers that it may have, 0 included */
};

/* A daybook of its own, without a thread: for tests. */
struct daybook *daybook_new(void);
/* One with a thread that reads everything and follows. The database outlives it. `image` is the
 * file that it is kept in between two runs, NULL: none. It is read at the start, when it is of this
 * log and whole, and written when the daybook stops, and meanwhile when much has been read or come
 * since; a crash loses nothing but the time to read that again. */
struct daybook *daybook_start(struct db *db, const char *image);
/* Ends the thread; nobody holds a book any more. Accepts NULL. */
void daybook_stop(struct daybook *l);

/* A book with everything the transaction sees, held for the caller; NULL when there is none yet, or
 * it would take long to make. Reads at most DAYBOOK_STEP_MOST rows of the log. */
enum { DAYBOOK_STEP_MOST = 200000 };
enum rc daybook_edition_for(struct daybook *l, struct tx *tx, struct daybook_edition **out,
                            struct err *e);
/* Gives it back; accepts NULL. */
void daybook_edition_drop(struct daybook_edition *b);
/* Reads everything, whatever was there: what the thread does. RC_LIMIT for what does not fit the
 * columns. */
enum rc daybook_read(struct daybook *l, struct tx *tx, struct err *e);

/* What the thread does with the image. Reads one into a daybook that knows nothing: false when
 * there is none, or it is not to be believed. Writes what there is, if anything: durable, or RC_IO.
 * Cost: 72 bytes an order with its two lines; 0.5 s for 610,000 on a busy machine. */
bool daybook_load(struct daybook *l, struct tx *tx, const char *path);
enum rc daybook_save(struct daybook *l, struct tx *tx, const char *path, struct err *e);

struct daybook_status {
    bool ready;
    bool hopeless; /* what there is does not fit the columns: the database answers */
    int64_t orders;
    int64_t at, expected; /* orders read, of a reading under way; how many there were once */
    int64_t seq, reads, steps;
    int64_t read_us, step_us; /* the last one took */
    int64_t image_seq;        /* of the image as last read or written; 0: none */
    size_t bytes;
};
/* Any thread. */
struct daybook_status daybook_status(struct daybook *l);

#endif
