/* banned — calls that are compile errors in Koi, each with the one to use instead. Included by every .c
 * through the build (-include), after the system headers it poisons. */
#ifndef KOI_BASE_BANNED_H
#define KOI_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime
#pragma GCC poison rand srand

#endif
