/* progress.c — draws a bar.
 *
 * The rate is taken since the work was first seen here, so a job that went on from an earlier run
 * does not show a wild one. The remaining time assumes that rate. Figures are rounded to what a
 * person reads at a glance; nothing here allocates.
 */
#include "cmd/progress.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

enum { BAR = 24, DRAW_US = 100000, LINE_US = 10000000 };

void progress_begin(struct progress *p, const struct invocation *in)
{
    *p = (struct progress){.in = in, .began_us = clock_mono_us(), .first_done = -1};
}

/* "1h05m", "3m20s", "12s". */
static void put_time(char out[static 16], int64_t s)
{
    if (s >= 3600) {
        snprintf(out, 16, "%dh%02dm", (int)(s / 3600 % 1000), (int)(s / 60 % 60));
    } else if (s >= 60) {
        snprintf(out, 16, "%dm%02ds", (int)(s / 60), (int)(s % 60));
    } else {
        snprintf(out, 16, "%ds", (int)s);
    }
}

static void draw(const struct progress *p, struct str title, int64_t done, int64_t total,
                 struct str unit)
{
    char bar[BAR + 1];
    char left[16] = "";
    int64_t took_us = clock_mono_us() - p->began_us;
    double rate = took_us > 0 ? (double)(done - p->first_done) * 1e6 / (double)took_us : 0;
    int filled = total > 0 ? (int)(done * BAR / total) : 0;
    for (int i = 0; i < BAR; i++) {
        bar[i] = i < filled ? '#' : '.';
    }
    bar[BAR] = 0;
    if (total > 0 && rate > 0) {
        put_time(left, (int64_t)((double)(total - done) / rate));
    }
    bool redraw = p->in->terminal;
    fprintf(stderr, "%s" STR_FMT " ", redraw ? "\r\033[K" : "", STR_ARG(title));
    if (total > 0) {
        fprintf(stderr, "[%s] %3d%% ", bar, (int)(done * 100 / total));
    }
    fprintf(stderr, "%" PRId64 " " STR_FMT " %.0f/s %s%s%s", done, STR_ARG(unit), rate,
            left[0] != 0 ? p->in->english ? "left " : "剩余 " : "", left, redraw ? "" : "\n");
    fflush(stderr);
}

void progress_show(struct progress *p, struct str title, int64_t done, int64_t total,
                   struct str unit)
{
    int64_t now_us = clock_mono_us();
    int64_t every_us = p->in->terminal ? DRAW_US : LINE_US;
    if (p->first_done < 0) {
        p->first_done = done;
        p->shown_us = p->in->terminal ? 0 : now_us;
    }
    if (p->in->json || now_us - p->shown_us < every_us) {
        return;
    }
    p->shown_us = now_us;
    p->drawn = true;
    draw(p, title, done, total, unit);
}

void progress_end(struct progress *p)
{
    if (p->drawn && p->in->terminal) {
        fprintf(stderr, "\r\033[K");
    }
}
