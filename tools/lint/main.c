/* main — walks the checkout, runs the rules, and compares what they find with the list of
 * exceptions.
 *
 *   lint ROOT      prints "path:line: [rule] what"; exit code 1 if anything is to be done
 *
 * tools/lint.exceptions has lines "rule path count": so many findings of that rule are tolerated in
 * that file. More is a failure, less a reminder to lower the number, none at all a failure again:
 * the list can only shrink. Findings stay in memory; 3,000 files take well under a second.
 */
#include "lint.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FINDINGS = 20000, MAX_EXCEPTIONS = 500 };

struct found {
    char path[512];
    const char *rule;
    size_t line;
    char text[256];
};

struct exception {
    char rule[32];
    char path[512];
    size_t allowed;
};

static struct found *all;
static size_t found_count;
static size_t file_count;

void finding(const struct source *s, const char *rule, size_t line, const char *format, ...)
{
    if (found_count == MAX_FINDINGS) {
        return;
    }
    struct found *f = &all[found_count++];
    snprintf(f->path, sizeof f->path, "%s", s->path);
    f->rule = rule;
    f->line = line;
    va_list args;
    va_start(args, format);
    vsnprintf(f->text, sizeof f->text, format, args);
    va_end(args);
}

static bool listed(const char *name, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(name, *list) == 0) {
            return true;
        }
    }
    return false;
}

/* Folders that hold other people's files, results, or what is wrong on purpose. */
static bool skip_folder(const char *path, const char *name)
{
    static const char *const names[] = {"node_modules", "dist",     "corpus",      "golden",
                                        "koi-data",     "coverage", "screenshots", NULL};
    return (name[0] == '.' && strcmp(name, ".ci") != 0) || strncmp(name, "build", 5) == 0 ||
           listed(name, names) || (strcmp(path, "test/lint") == 0 && strcmp(name, "bad") == 0);
}

static bool skip_file(const char *name)
{
    static const char *const names[] = {"package-lock.json", "LICENSE", "lint.exceptions", NULL};
    static const char *const suffixes[] = {".c",   ".h",    ".mjs", ".js", ".ts",   ".tsx",
                                           ".css", ".sql",  ".md",  ".sh", ".json", ".build",
                                           ".txt", ".html", ".awk", NULL};
    const char *dot = strrchr(name, '.');
    return name[0] == '.' || listed(name, names) || (dot != NULL && !listed(dot, suffixes));
}

static void check_file(const char *root, const char *path)
{
    struct source s;
    if (!source_read(&s, root, path)) {
        return;
    }
    file_count++;
    rules_text(&s);
    if (s.class != NULL) {
        rules_c(&s);
        rules_table(&s);
    }
    source_done(&s);
}

static void walk(const char *root, const char *folder)
{
    char full[1024];
    snprintf(full, sizeof full, "%s/%s", root, folder);
    struct dirent **list = NULL;
    int n = scandir(full, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        char path[512];
        struct stat st;
        snprintf(path, sizeof path, "%s%s%s", folder, *folder != 0 ? "/" : "", name);
        snprintf(full, sizeof full, "%s/%s", root, path);
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && lstat(full, &st) == 0) {
            if (S_ISDIR(st.st_mode) && !skip_folder(folder, name)) {
                walk(root, path);
            } else if (S_ISREG(st.st_mode) && !skip_file(name)) {
                check_file(root, path);
            }
        }
        free(list[i]);
    }
    free(list);
}

static size_t read_exceptions(const char *root, struct exception *list)
{
    char full[1024];
    char line[1024];
    size_t n = 0;
    snprintf(full, sizeof full, "%s/tools/lint.exceptions", root);
    FILE *f = fopen(full, "r");
    while (f != NULL && n < MAX_EXCEPTIONS && fgets(line, sizeof line, f) != NULL) {
        if (line[0] != '#' &&
            sscanf(line, "%31s %511s %zu", list[n].rule, list[n].path, &list[n].allowed) == 3) {
            n++;
        }
    }
    if (f != NULL) {
        fclose(f);
    }
    return n;
}

static bool same(const struct found *f, const struct exception *e)
{
    return strcmp(f->rule, e->rule) == 0 && strcmp(f->path, e->path) == 0;
}

/* Tolerates the findings that an exception covers exactly (marks them by rule NULL). Returns 1 when
 * its number is too high: then the list must shrink. */
static int apply_exception(const struct exception *e)
{
    size_t count = 0;
    for (size_t i = 0; i < found_count; i++) {
        count += all[i].rule != NULL && same(&all[i], e);
    }
    if (count > e->allowed) {
        return 0;
    }
    for (size_t i = 0; i < found_count; i++) {
        if (all[i].rule != NULL && same(&all[i], e)) {
            all[i].rule = NULL;
        }
    }
    if (count < e->allowed) { /* a word while it shrinks, a failure once it is not needed */
        printf("tools/lint.exceptions: %s %s has %zu findings, not %zu: lower the number\n",
               e->rule, e->path, count, e->allowed);
        return count == 0;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static struct exception exceptions[MAX_EXCEPTIONS];
    if (argc != 2) {
        fputs("usage: lint ROOT\n", stderr);
        return 2;
    }
    all = calloc(MAX_FINDINGS, sizeof *all);
    if (all == NULL) {
        return 2;
    }
    walk(argv[1], "");
    int bad = file_count == 0;
    size_t n = read_exceptions(argv[1], exceptions);
    for (size_t i = 0; i < n; i++) {
        bad |= apply_exception(&exceptions[i]);
    }
    for (size_t i = 0; i < found_count; i++) {
        if (all[i].rule != NULL) {
            printf("%s:%zu: [%s] %s\n", all[i].path, all[i].line, all[i].rule, all[i].text);
            bad = 1;
        }
    }
    printf("%zu files looked at\n", file_count);
    free(all);
    return bad;
}
