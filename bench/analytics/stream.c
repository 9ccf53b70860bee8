/* stream — how fast this machine streams bytes: the floor of a scan in `./run bench analytics`.
 *
 *   stream THREADS REPETITIONS BYTES…
 *
 * Each thread sums its share of a buffer of that many bytes with the widest loads the compiler
 * finds; the buffer was written by the thread that reads it. Prints one line of JSON: for each of
 * the sizes the milliseconds of every repetition.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS_MAX = 64, WAYS = 8 };
typedef uint64_t lanes __attribute__((vector_size(32)));

static size_t threads, repetitions;
static pthread_barrier_t all;
static double *took_ms;

struct share {
    lanes *from;
    size_t n; /* a multiple of WAYS */
    uint64_t sum;
    double begun_ms, ended_ms; /* of one repetition */
};

static uint64_t sum_of(const lanes *p, size_t n)
{
    lanes way[WAYS] = {0}, sum = {0};
    for (size_t i = 0; i < n; i += WAYS)
        for (size_t k = 0; k < WAYS; k++)
            way[k] += p[i + k];
    for (size_t k = 0; k < WAYS; k++)
        sum += way[k];
    return sum[0] + sum[1] + sum[2] + sum[3];
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void *worker(void *arg)
{
    struct share *s = arg;
    memset(s->from, 1, s->n * sizeof *s->from);
    for (size_t i = 0; i < repetitions; i++) {
        pthread_barrier_wait(&all);
        s->begun_ms = now_ms();
        s->sum += sum_of(s->from, s->n);
        s->ended_ms = now_ms();
        pthread_barrier_wait(&all);
    }
    return NULL;
}

/* From the first thread's beginning to the last one's end: whoever lets them go may itself wait
 * for a core meanwhile. */
static double span_ms(const struct share *shares)
{
    double from = shares[0].begun_ms, to = shares[0].ended_ms;
    for (size_t i = 1; i < threads; i++) {
        from = shares[i].begun_ms < from ? shares[i].begun_ms : from;
        to = shares[i].ended_ms > to ? shares[i].ended_ms : to;
    }
    return to - from;
}

/* Times all repetitions over one buffer; the sum is returned so that nothing is optimised away. */
static uint64_t measure(size_t bytes)
{
    pthread_t ids[THREADS_MAX];
    struct share shares[THREADS_MAX];
    size_t each = bytes / sizeof(lanes) / threads / WAYS * WAYS;
    lanes *buffer = aligned_alloc(4096, (each * threads * sizeof(lanes) / 4096 + 1) * 4096);
    if (buffer == NULL)
        abort();
    pthread_barrier_init(&all, NULL, (unsigned)threads + 1);
    for (size_t i = 0; i < threads; i++) {
        shares[i] = (struct share){.from = buffer + i * each, .n = each};
        if (pthread_create(&ids[i], NULL, worker, &shares[i]) != 0)
            abort();
    }
    for (size_t i = 0; i < repetitions; i++) {
        pthread_barrier_wait(&all);
        pthread_barrier_wait(&all);
        took_ms[i] = span_ms(shares);
    }
    uint64_t sum = 0;
    for (size_t i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        sum += shares[i].sum;
    }
    pthread_barrier_destroy(&all);
    free(buffer);
    return sum;
}

int main(int argc, char **argv)
{
    threads = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
    repetitions = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (threads == 0 || threads > THREADS_MAX || repetitions == 0) {
        fprintf(stderr, "stream THREADS REPETITIONS BYTES...\n");
        return 2;
    }
    took_ms = calloc(repetitions, sizeof *took_ms);
    if (took_ms == NULL)
        abort();
    uint64_t sum = 0;
    printf("{");
    for (int a = 3; a < argc; a++) {
        sum += measure(strtoull(argv[a], NULL, 10));
        printf("%s\"%s\":[", a > 3 ? "," : "", argv[a]);
        for (size_t i = 0; i < repetitions; i++)
            printf("%s%.4f", i > 0 ? "," : "", took_ms[i]);
        printf("]");
    }
    printf("}\n");
    free(took_ms);
    return sum == 1;
}
