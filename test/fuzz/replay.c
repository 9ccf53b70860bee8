/* replay — runs a fuzz target over its corpus, without a fuzzer.
 *
 *   replay_NAME PATH …     each file, and each file of each folder
 *
 * So what fuzzing once found stays found, in every ordinary test run. An empty or missing corpus
 * fails: it would test nothing. Besides the file itself each of its prefixes up to 64 bytes is run,
 * for parsers break at ends.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The target's entry, as libFuzzer names it. Must return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t runs;

/* A copy of its own for each call, so that the address sanitizer sees a read past the end. */
static int run_bytes(const uint8_t *p, size_t n)
{
    uint8_t *copy = malloc(n + (n == 0));
    if (copy == NULL) {
        return 1;
    }
    memcpy(copy, p, n);
    int rc = LLVMFuzzerTestOneInput(copy, n);
    free(copy);
    runs++;
    return rc;
}

static int run_file(const char *path)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (f == NULL || fstat(fileno(f), &st) != 0) {
        fprintf(stderr, "%s: cannot be read\n", path);
        return 1;
    }
    size_t n = (size_t)st.st_size;
    uint8_t *p = malloc(n + 1);
    int bad = p == NULL || fread(p, 1, n, f) != n;
    fclose(f);
    for (size_t prefix = 0; !bad && prefix < n && prefix < 64; prefix++) {
        bad = run_bytes(p, prefix);
    }
    bad = bad || run_bytes(p, n);
    free(p);
    if (bad) {
        fprintf(stderr, "%s: failed\n", path);
    }
    return bad;
}

static int run_path(const char *path)
{
    DIR *d = opendir(path);
    int bad = 0;
    if (d == NULL) {
        return run_file(path);
    }
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        char full[4096];
        if (entry->d_name[0] != '.') {
            snprintf(full, sizeof full, "%s/%s", path, entry->d_name);
            bad |= run_file(full);
        }
    }
    closedir(d);
    return bad;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++) {
        bad |= run_path(argv[i]);
    }
    printf("%zu inputs\n", runs);
    return bad != 0 || runs == 0;
}
