/* generate — the data of `./run bench analytics`, from a seed: files for `koi import`, and the same
 * truth as plain CSV for the peers.
 *
 *   generate DIR CUSTOMERS EVENTS SEED
 *
 * Customers get city (300, Zipf), gender, age, channel (20, Zipf), staff (500, even), the time they
 * were added, and 30 tags of densities from 0.1 % to 60 %. Their events follow a Zipf-like law of
 * rank (3 to 15,934 at the full size), lie within the customer's life in the 180 days, and strictly
 * increase in time. One in a hundred customers is two accounts that a later file says are one
 * person; one order in ten is refunded, half of the refunds in a file of their own; two events in a
 * thousand come in a file at the very end. The peers' files hold what is true after all of that.
 *
 * Memory: 4 bytes a customer, and the late events. Speed: about 6 M events a second.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    START_S = 1751817600, /* Monday 2025-07-07 00:00 in Asia/Shanghai */
    DAY_S = 86400,
    DAYS = 180,
    END_S = START_S + DAYS * DAY_S,
    PERIOD_DAYS = 30,
    PERIODS = DAYS / PERIOD_DAYS,
    CITIES = 300,
    CHANNELS = 20,
    STAFF = 500,
    TAGS = 30,
    MOST = 20000, /* events of one customer, refunds included */
};

/* Kinds as the peers number them, from 1. Refunds follow from orders. */
enum kind { VIEW = 1, CLICK, CLAIM, ORDER, MESSAGE, JOIN, SHARE, LEAVE, REDEEM, REFUND, KINDS_END };
static const struct {
    const char *name;
    double millions; /* of 100 M */
} kinds[KINDS_END] = {
    [VIEW] = {"view", 34.9},  [CLICK] = {"click", 11.3},      [CLAIM] = {"coupon_claim", 2.9},
    [ORDER] = {"order", 1.9}, [MESSAGE] = {"message", 39.5},  [JOIN] = {"group_join", 3.7},
    [SHARE] = {"share", 3.3}, [LEAVE] = {"group_leave", 1.4}, [REDEEM] = {"coupon_redeem", 0.9},
    [REFUND] = {"refund", 0},
};

static void fail(const char *what)
{
    fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- random numbers: xoshiro256** ---- */

static uint64_t state[4];

static uint64_t turn(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t next64(void)
{
    uint64_t out = turn(state[1] * 5, 7) * 9, t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = turn(state[3], 45);
    return out;
}

static void seed_with(uint64_t seed)
{
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        uint64_t z = seed += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        state[i] = z ^ (z >> 31);
    }
}

/* In (0, 1]. */
static double uniform(void)
{
    return (double)((next64() >> 11) + 1) * 0x1p-53;
}

/* In 0 … n − 1. */
static uint32_t below(uint32_t n)
{
    return (uint32_t)(((next64() >> 32) * n) >> 32);
}

static bool chance(double p)
{
    return uniform() <= p;
}

/* Draws 0 … n − 1 with given weights, by their running sums. */
struct choice {
    int n;
    double upto[CITIES];
};

static void choice_zipf(struct choice *c, int n)
{
    double sum = 0;
    c->n = n;
    for (int i = 0; i < n; i++)
        c->upto[i] = sum += 1.0 / (i + 1);
}

static int choice_draw(const struct choice *c)
{
    double x = uniform() * c->upto[c->n - 1];
    int low = 0, high = c->n - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (c->upto[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- writing ---- */

struct out {
    FILE *file;
    size_t n;
    char bytes[1 << 16];
};

static struct out *out_open(const char *dir, const char *name, const char *header)
{
    char path[4096];
    struct out *o = malloc(sizeof *o);
    if (o == NULL)
        fail("memory");
    snprintf(path, sizeof path, "%s/%s", dir, name);
    o->file = fopen(path, "wb");
    if (o->file == NULL)
        fail(path);
    o->n = strlen(header);
    memcpy(o->bytes, header, o->n);
    return o;
}

static void out_flush(struct out *o)
{
    if (o->n > 0 && fwrite(o->bytes, o->n, 1, o->file) != 1)
        fail("writing");
    o->n = 0;
}

static void out_close(struct out *o)
{
    out_flush(o);
    if (fclose(o->file) != 0)
        fail("writing");
    free(o);
}

/* Room for one row; rows are shorter than 4 KB. */
static void out_row(struct out *o)
{
    if (o->n > sizeof o->bytes - 4096)
        out_flush(o);
}

static void put(struct out *o, const char *text)
{
    while (*text != 0)
        o->bytes[o->n++] = *text++;
}

static void put_int(struct out *o, int64_t v)
{
    char digits[24];
    int n = 0;
    if (v < 0)
        o->bytes[o->n++] = '-';
    uint64_t rest = v < 0 ? (uint64_t)-v : (uint64_t)v;
    do
        digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    while (n > 0)
        o->bytes[o->n++] = digits[--n];
}

static void put_yuan(struct out *o, int64_t fen)
{
    put_int(o, fen / 100);
    o->bytes[o->n++] = '.';
    o->bytes[o->n++] = (char)('0' + fen / 10 % 10);
    o->bytes[o->n++] = (char)('0' + fen % 10);
}

/* ---- the world ---- */

struct event {
    uint32_t at_s;
    uint32_t amount_fen, refund_fen, refund_s; /* of orders; of a refund its amount */
    uint8_t kind;
    bool second; /* happened to the customer's second account */
};
struct late {
    uint32_t customer;
    struct event event;
};

static struct world {
    uint32_t customers;
    uint64_t events;
    double q, scale; /* events of rank r: scale × (r + q)^−1.2 */
    uint32_t *rank;  /* of each customer, from 1 */
    struct choice city, channel, kind;
    double density[TAGS];

    struct out *koi_customers, *koi_merges[2], *koi_orders, *koi_refunds, *koi_events[PERIODS];
    struct out *peer_customers, *events_of[PERIODS];
    struct late *late;
    size_t late_n, late_room;
    uint64_t told, orders, refunds, merged, by_kind[KINDS_END], most;
    double carry; /* of rounding counts */
} w;

static void open_files(const char *dir)
{
    static const char koi_events[] = "external_userid,customer,time,type\n";
    static const char koi_orders[] =
        "number,external_userid,customer,time,total,refund,refund_time\n";
    w.koi_customers =
        out_open(dir, "koi-customers.csv",
                 "external_userid,customer,gender,birthday,city,source,staff,added_time,tags\n");
    w.koi_merges[0] = out_open(dir, "koi-merges-1.csv", "unionid,external_userid,customer\n");
    w.koi_merges[1] = out_open(dir, "koi-merges-2.csv", "unionid,external_userid,customer\n");
    w.koi_orders = out_open(dir, "koi-orders.csv", koi_orders);
    w.koi_refunds = out_open(dir, "koi-refunds.csv", koi_orders);
    w.peer_customers = out_open(dir, "customers.csv", "");
    for (int p = 0; p < PERIODS; p++) {
        char name[40];
        snprintf(name, sizeof name, "koi-events-%d.csv", p + 1);
        w.koi_events[p] = out_open(dir, name, koi_events);
        snprintf(name, sizeof name, "events-%d.csv", p + 1);
        w.events_of[p] = out_open(dir, name, "");
    }
}

static void prepare(uint32_t customers, uint64_t events)
{
    w.customers = customers;
    w.events = events;
    choice_zipf(&w.city, CITIES);
    choice_zipf(&w.channel, CHANNELS);
    double sum = 0;
    w.kind.n = KINDS_END;
    for (int k = 0; k < KINDS_END; k++)
        w.kind.upto[k] = sum += kinds[k].millions;
    for (int t = 0; t < TAGS; t++)
        w.density[t] = 0.001 * pow(600, t / (double)(TAGS - 1));

    w.rank = malloc(customers * sizeof *w.rank);
    if (w.rank == NULL)
        fail("memory");
    for (uint32_t i = 0; i < customers; i++)
        w.rank[i] = i + 1;
    for (uint32_t i = customers - 1; i > 0; i--) {
        uint32_t j = below(i + 1), keep = w.rank[i];
        w.rank[i] = w.rank[j];
        w.rank[j] = keep;
    }
    w.q = 8.3e-4 * customers;
    sum = 0;
    for (uint32_t r = 1; r <= customers; r++)
        sum += pow(r + w.q, -1.2);
    w.scale = (double)events / sum;
}

static int how_many(uint32_t customer)
{
    double n = w.scale * pow(w.rank[customer] + w.q, -1.2) + w.carry;
    double whole = floor(n < 1 ? 1 : n > 15934 ? 15934 : n);
    w.carry = n - whole < 1 && n - whole > -1 ? n - whole : 0;
    return (int)whole;
}

/* ---- one customer ---- */

/* n strictly increasing instants in [from, END_S). */
static void draw_times(struct event *list, int n, int64_t from)
{
    static double upto[MOST + 1];
    double sum = 0;
    for (int i = 0; i <= n; i++)
        upto[i] = sum += -log(uniform());
    int64_t last = from - 1;
    for (int i = 0; i < n; i++) {
        int64_t t = from + (int64_t)(upto[i] / sum * (double)(END_S - from));
        list[i].at_s = (uint32_t)(last = t > last ? t : last + 1);
    }
    for (int i = n - 1; i >= 0 && list[i].at_s > (uint32_t)(END_S - n + i); i--)
        list[i].at_s = (uint32_t)(END_S - n + i);
}

/* The place of the first event at or after an instant. */
static int place_of(const struct event *list, int n, uint32_t at_s)
{
    int low = 0, high = n;
    while (low < high) {
        int middle = (low + high) / 2;
        if (list[middle].at_s < at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Puts in the refunds of some orders, one to twenty days later, at instants of their own. */
static int add_refunds(struct event *list, int n)
{
    for (int i = 0; i < n; i++) {
        if (list[i].kind != ORDER || !chance(0.1))
            continue;
        uint32_t at_s = list[i].at_s + DAY_S + below(19 * DAY_S);
        int place = place_of(list, n, at_s);
        for (; place < n && list[place].at_s == at_s; place++)
            at_s++;
        if (at_s >= END_S || n == MOST)
            continue;
        uint32_t fen = chance(0.7) ? list[i].amount_fen : 1 + below(list[i].amount_fen);
        list[i].refund_fen = fen;
        list[i].refund_s = at_s;
        memmove(&list[place + 1], &list[place], (size_t)(n - place) * sizeof *list);
        list[place] = (struct event){at_s, fen, 0, 0, REFUND, list[i].second};
        n++;
    }
    return n;
}

static int draw_events(struct event *list, int n, int64_t from, bool two)
{
    memset(list, 0, (size_t)n * sizeof *list);
    draw_times(list, n, from);
    for (int i = 0; i < n; i++) {
        list[i].kind = (uint8_t)choice_draw(&w.kind);
        list[i].second = two && chance(0.5);
        if (list[i].kind == ORDER) { /* median 90 yuan, 5 to 5,000 */
            double normal = sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
            double fen = 9000 * exp(0.8 * normal);
            list[i].amount_fen = (uint32_t)(fen < 500 ? 500 : fen > 500000 ? 500000 : fen);
        }
    }
    return add_refunds(list, n);
}

static void put_account(struct out *o, uint32_t customer, bool second)
{
    put(o, second ? ",b" : "c");
    put_int(o, customer + 1);
    put(o, second ? "," : ",,");
}

static void put_order(struct out *o, uint32_t customer, const struct event *ev, uint64_t number,
                      bool with_refund)
{
    out_row(o);
    put(o, "N");
    put_int(o, (int64_t)number);
    put(o, ",");
    put_account(o, customer, ev->second);
    put_int(o, ev->at_s);
    put(o, ",");
    put_yuan(o, ev->amount_fen);
    put(o, ",");
    if (with_refund) {
        put_yuan(o, ev->refund_fen);
        put(o, ",");
        put_int(o, ev->refund_s);
    } else {
        put(o, ",");
    }
    put(o, "\n");
}

static void put_koi_event(struct out *o, uint32_t customer, const struct event *ev)
{
    out_row(o);
    put_account(o, customer, ev->second);
    put_int(o, ev->at_s);
    put(o, ",");
    put(o, kinds[ev->kind].name);
    put(o, "\n");
}

static void put_peer_event(struct out *o, uint32_t customer, const struct event *ev)
{
    out_row(o);
    put_int(o, customer + 1);
    put(o, ",");
    put_int(o, ev->at_s);
    put(o, ",");
    put_int(o, ev->kind);
    put(o, ",");
    put_int(o, ev->amount_fen);
    put(o, "\n");
}

static void keep_late(uint32_t customer, const struct event *ev)
{
    if (w.late_n == w.late_room) {
        w.late_room = w.late_room * 2 + 1024;
        w.late = realloc(w.late, w.late_room * sizeof *w.late);
        if (w.late == NULL)
            fail("memory");
    }
    w.late[w.late_n++] = (struct late){customer, *ev};
}

static void write_events(uint32_t customer, const struct event *list, int n)
{
    for (int i = 0; i < n; i++) {
        const struct event *ev = &list[i];
        int period = (int)(ev->at_s - START_S) / (PERIOD_DAYS * DAY_S);
        w.by_kind[ev->kind]++;
        w.told++;
        if (ev->kind == ORDER) {
            bool apart = ev->refund_s != 0 && chance(0.5);
            put_order(w.koi_orders, customer, ev, ++w.orders, ev->refund_s != 0 && !apart);
            if (apart)
                put_order(w.koi_refunds, customer, ev, w.orders, true);
        } else if (ev->kind != REFUND && chance(0.002)) {
            keep_late(customer, ev);
            continue;
        } else if (ev->kind != REFUND) {
            put_koi_event(w.koi_events[period], customer, ev);
        }
        put_peer_event(w.events_of[period], customer, ev);
    }
}

static void put_tags(struct out *o, uint32_t mask)
{
    for (int t = 0, n = 0; t < TAGS; t++) {
        if ((mask >> t & 1) == 0)
            continue;
        put(o, n++ > 0 ? ";t" : "t");
        put_int(o, t + 1);
    }
}

/* The account rows of one customer for Koi, and the one row for the peers. */
static void write_customer(uint32_t i, int64_t added_s, bool two)
{
    static const char *const genders[] = {"female", "male", ""};
    int city = choice_draw(&w.city), channel = choice_draw(&w.channel);
    int gender = chance(0.05) ? 2 : (int)below(2), year = 1955 + (int)below(53);
    int staff = 1 + (int)below(STAFF);
    uint32_t tags = 0, on_second = 0;
    for (int t = 0; t < TAGS; t++)
        tags |= (uint32_t)chance(w.density[t]) << t;
    if (two)
        on_second = tags & (uint32_t)next64();

    struct out *o = w.koi_customers;
    char text[160];
    out_row(o);
    snprintf(text, sizeof text, "c%u,,%s,%d-%02d-%02d,城市%03d,渠道%02d,s%03d,%lld,", i + 1,
             genders[gender], year, 1 + (int)below(12), 1 + (int)below(28), city + 1, channel + 1,
             staff, (long long)added_s);
    put(o, text);
    put_tags(o, tags & ~on_second);
    put(o, "\n");
    if (two) {
        snprintf(text, sizeof text, ",b%u,,,,,,,", i + 1);
        put(o, text);
        put_tags(o, on_second);
        put(o, "\n");
        snprintf(text, sizeof text, "u%u,c%u,b%u\n", i + 1, i + 1, i + 1);
        struct out *merge = w.koi_merges[w.merged++ % 2];
        out_row(merge);
        put(merge, text);
    }
    out_row(w.peer_customers);
    snprintf(text, sizeof text, "%u,%d,%d,%d,%d,%d,%lld,%u\n", i + 1, city + 1, gender, 2025 - year,
             channel + 1, staff, (long long)added_s, tags);
    put(w.peer_customers, text);
}

static void write_all(void)
{
    static struct event list[MOST];
    for (uint32_t i = 0; i < w.customers; i++) {
        int n = how_many(i);
        bool two = chance(0.01), old = chance(0.6);
        int64_t life = (int64_t)(uniform() * DAYS * DAY_S), least = 7 * DAY_S + 20 * (int64_t)n;
        life = old ? DAYS * DAY_S : life < least ? least : life;
        int64_t from = END_S - life;
        write_customer(i, old ? START_S - (int64_t)below(730 * DAY_S) : from, two);
        n = draw_events(list, n, from, two);
        write_events(i, list, n);
        w.most = (uint64_t)n > w.most ? (uint64_t)n : w.most;
    }
}

static int by_time(const void *a, const void *b)
{
    const struct late *x = a, *y = b;
    if (x->event.at_s != y->event.at_s)
        return x->event.at_s < y->event.at_s ? -1 : 1;
    return (x->customer > y->customer) - (x->customer < y->customer);
}

static void write_late(const char *dir)
{
    struct out *koi = out_open(dir, "koi-late.csv", "external_userid,customer,time,type\n");
    struct out *peer = out_open(dir, "events-late.csv", "");
    qsort(w.late, w.late_n, sizeof *w.late, by_time);
    for (size_t i = 0; i < w.late_n; i++) {
        put_koi_event(koi, w.late[i].customer, &w.late[i].event);
        put_peer_event(peer, w.late[i].customer, &w.late[i].event);
    }
    out_close(koi);
    out_close(peer);
}

static void close_files(void)
{
    out_close(w.koi_customers);
    out_close(w.koi_merges[0]);
    out_close(w.koi_merges[1]);
    out_close(w.koi_orders);
    out_close(w.koi_refunds);
    out_close(w.peer_customers);
    for (int p = 0; p < PERIODS; p++) {
        out_close(w.koi_events[p]);
        out_close(w.events_of[p]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "generate DIR CUSTOMERS EVENTS SEED\n");
        return 2;
    }
    seed_with(strtoull(argv[4], NULL, 10));
    prepare((uint32_t)strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    open_files(argv[1]);
    write_all();
    write_late(argv[1]);
    close_files();
    printf("{\"customers\":%u,\"accounts\":%llu,\"events\":%llu,\"late\":%zu,\"most\":%llu,"
           "\"kinds\":{",
           w.customers, (unsigned long long)(w.customers + w.merged), (unsigned long long)w.told,
           w.late_n, (unsigned long long)w.most);
    for (int k = VIEW; k < KINDS_END; k++)
        printf("%s\"%s\":%llu", k > VIEW ? "," : "", kinds[k].name,
               (unsigned long long)w.by_kind[k]);
    printf("}}\n");
    return 0;
}
