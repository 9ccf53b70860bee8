/* banned — calls that are compile errors in Koi. Included by every .c through the build (-include),
 * after the system headers it poisons. Instead: memcpy() and snprintf(), buf_addf(), str_cut(),
 * str_to_i64(), str_to_double(), calendar_civil_of(), rng_below().
 */
#ifndef KOI_BASE_BANNED_H
#define KOI_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime

/* OpenSSL's headers name parameters `rand`, so this one is forbidden as a call. */
#define rand() rand_is_banned_use_rng_u64
#pragma GCC poison srand

#endif
