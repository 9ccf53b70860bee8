/* clock — what time it is, in a form that tests can drive.
 *
 * All times in Koi are UTC: `_us` microseconds or `_s` seconds since 1970. In a build with
 * -Dtest_clock=true the wall clock can be replaced: by clock_set_us() in the process, or by a
 * shared 8-byte file named in KOI_TEST_CLOCK that another program (the simulator) advances. The
 * monotonic clock is never replaced: it measures durations only.
 */
#ifndef KOI_BASE_CLOCK_H
#define KOI_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Wall-clock time in microseconds, and in whole seconds. */
int64_t clock_now_us(void);
int64_t clock_now_s(void);
/* Microseconds of a clock that never goes back; only differences mean something. */
int64_t clock_mono_us(void);

/* Maps the file named by KOI_TEST_CLOCK if it is set. Call once at start. False when it cannot be
 * mapped, or when the build knows no such clock: a test must not go on by another time. */
bool clock_init(void);
/* Pins the wall clock of this process; a negative value lets it run again. Test builds only:
 * asserts. */
void clock_set_us(int64_t now_us);

#endif
