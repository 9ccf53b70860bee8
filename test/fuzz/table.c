/* table — any bytes as a file: CSV, fixed width, XLSX, gzip, whatever they are taken for.
 *
 * The file is in memory (memfd) and named by /proc/self/fd. Every row must keep its promises: line
 * numbers that ascend, valid UTF-8 in rows without a fault.
 */
#include "file/table.h"

#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_rows(struct table *t)
{
    struct table_row row;
    struct err e = ERR_INIT;
    int64_t line = 0;
    while (table_next(t, &row, &e) == RC_OK) {
        assert(row.line > line && row.fault >= TABLE_FINE && row.fault < TABLE_FAULTS);
        line = row.line;
        for (size_t i = 0; i < row.n && row.fault == TABLE_FINE; i++) {
            assert(str_utf8_valid(row.cells[i]));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    struct table *t = NULL;
    struct err e = ERR_INIT;
    int fd = memfd_create("fuzz", 0);
    assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct table_options options = {.format = TABLE_GUESS};
    if (table_open(path, &options, &t, &e) == RC_OK) {
        read_rows(t);
        table_close(t);
    } else {
        assert(e.zh[0] != 0 && e.en[0] != 0);
    }
    close(fd);
    return 0;
}
