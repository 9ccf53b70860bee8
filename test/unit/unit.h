/* unit — what every unit test includes: cmocka with the headers it forgets, and a few checks. */
#ifndef KOI_TEST_UNIT_H
#define KOI_TEST_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* The view holds exactly these bytes. */
#define assert_str(view, literal)                                                                  \
    do {                                                                                           \
        struct str unit_s_ = (view);                                                               \
        if (!str_eq(unit_s_, STR(literal)))                                                        \
            fail_msg("\"" STR_FMT "\" is not \"%s\"", STR_ARG(unit_s_), (literal));                \
    } while (0)

/* Whether fn(arg) ends in an assertion; it runs in a child process, silently. */
static inline bool unit_aborts(void (*fn)(void *arg), void *arg)
{
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none);
        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        fn(arg);
        _exit(0);
    }
    int status = 0;
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
