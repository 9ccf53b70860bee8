/* main.c — from the words of the command line to a command, and from its result to an exit code.
 *
 * The longest row that the first words name wins ("account add" before "account"). Options may
 * stand anywhere; `--` ends them. Errors go to standard error as one or two lines, or with --json
 * as the API's error object; the exit code is the one of the table in base/err.c. Language:
 * --language, KOI_LANGUAGE, then LC_ALL, LC_MESSAGES, LANG.
 */
#include "base/clock.h"
#include "base/json.h"
#include "cmd/commands.h"
#include "query/word.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option GLOBAL[] = {
    {"data", "DIR", .zh = "数据目录，默认 $KOI_DATA、./koi-data 或 /var/lib/koi",
     .en = "data directory; else $KOI_DATA, ./koi-data or /var/lib/koi"},
    {"help", NULL, .zh = "说明", .en = "this help"},
    {"json", NULL, .zh = "输出 JSON", .en = "print JSON"},
    {"language", "zh|en", .zh = "消息的语言", .en = "language of messages"},
    {NULL},
};

/* ---- what commands ask ---- */

static int option_index(const struct command *c, struct str name)
{
    for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++) {
        if (str_eq(name, str_from(c->options[i].name))) {
            return i;
        }
    }
    return -1;
}

const char *option_value(const struct invocation *in, const char *name)
{
    int i = option_index(in->command, str_from(name));
    assert(i >= 0);
    return in->values[i];
}

bool option_given(const struct invocation *in, const char *name)
{
    return option_value(in, name) != NULL;
}

const char *position(const struct invocation *in, int i)
{
    return i < in->position_count ? in->positions[i] : NULL;
}

const char *say(const struct invocation *in, const char *zh, const char *en)
{
    return in->english ? en : zh;
}

/* ---- help ---- */

static void help_option(const struct invocation *in, const struct option *o)
{
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", o->name, o->value != NULL ? " " : "",
             o->value != NULL ? o->value : "");
    printf("  %-28s %s\n", left, say(in, o->zh, o->en));
}

void help_one(const struct invocation *in, const struct command *c)
{
    printf("koi %s%s%s\n%s\n", c->name, c->usage != NULL ? " " : "",
           c->usage != NULL ? c->usage : "", say(in, c->zh, c->en));
    for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++) {
        help_option(in, &c->options[i]);
    }
    for (size_t i = 0; c->settings && i < setting_count; i++) {
        const struct setting *s = &setting_table[i];
        help_option(in, &(struct option){s->name, "VALUE", .zh = s->zh, .en = s->en});
    }
    for (const struct option *o = GLOBAL; o->name != NULL; o++) {
        help_option(in, o);
    }
}

void help_all(const struct invocation *in)
{
    printf("%s\n\n", say(in, "Koi 锦池：私域运营。用法：koi 命令 [选项]",
                         "Koi: private-domain operations. Usage: koi COMMAND [OPTIONS]"));
    for (const struct command *const *c = command_table; *c != NULL; c++) {
        printf("  %-16s %s\n", (*c)->name, say(in, (*c)->zh, (*c)->en));
    }
    printf("\n%s\n",
           say(in, "koi 命令 --help 给出选项。", "koi COMMAND --help lists its options."));
}

/* ---- reading the words ---- */

static bool is_english(void)
{
    static const char *const names[] = {"KOI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != 0) {
            return strncmp(value, "zh", 2) != 0;
        }
    }
    return true;
}

static const char *default_data(void)
{
    const char *value = getenv("KOI_DATA");
    if (value != NULL && value[0] != 0) {
        return value;
    }
    return access("koi-data", F_OK) != 0 && access("/var/lib/koi/koi.key", F_OK) == 0
               ? "/var/lib/koi"
               : "koi-data";
}

/* The command that the first words name, and how many words that takes. */
static const struct command *find_command(int argc, char **argv, int *out_words)
{
    const struct command *found = NULL;
    for (const struct command *const *c = command_table; *c != NULL; c++) {
        struct str rest = str_from((*c)->name);
        struct str word;
        int n = 0;
        bool same = true;
        while (same && str_cut(&rest, ' ', &word)) {
            same = n + 1 < argc && str_eq(word, str_from(argv[n + 1]));
            n++;
        }
        if (same && (found == NULL || n > *out_words)) {
            found = *c;
            *out_words = n;
        }
    }
    return found;
}

static enum rc unknown_option(const struct command *c, struct str name, struct err *e)
{
    struct suggestion best = suggestion_for(name);
    for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++) {
        suggestion_see(&best, str_from(c->options[i].name));
    }
    for (const struct option *o = GLOBAL; o->name != NULL; o++) {
        suggestion_see(&best, str_from(o->name));
    }
    for (size_t i = 0; c->settings && i < setting_count; i++) {
        suggestion_see(&best, str_from(setting_table[i].name));
    }
    err_set(e, RC_INVALID, "option_unknown", NULL, "没有选项 --" STR_FMT,
            "there is no option --" STR_FMT, STR_ARG(name));
    const char *guess = suggestion_best(&best);
    if (guess != NULL) {
        err_hint(e, "是否想写 --%s？", "did you mean --%s?", guess);
    } else {
        err_hint(e, "选项见 koi %s --help", "koi %s --help lists them", c->name);
    }
    return RC_INVALID;
}

/* Where an option's value goes; NULL when the command has no such option. */
static const char **place_of(struct invocation *in, struct str name, const char *globals[],
                             bool *out_switch)
{
    int i = option_index(in->command, name);
    if (i >= 0) {
        *out_switch = in->command->options[i].value == NULL;
        return &in->values[i];
    }
    for (int g = 0; GLOBAL[g].name != NULL; g++) {
        if (str_eq(name, str_from(GLOBAL[g].name))) {
            *out_switch = GLOBAL[g].value == NULL;
            return &globals[g];
        }
    }
    const struct setting *s = in->command->settings ? setting_find(name) : NULL;
    if (s == NULL || in->flag_count == COMMAND_FLAGS) {
        return NULL;
    }
    *out_switch = false;
    in->flags[in->flag_count].name = s->name;
    return &in->flags[in->flag_count++].value;
}

static enum rc read_option(struct invocation *in, int argc, char **argv, int *i,
                           const char *globals[], struct err *e)
{
    struct str value = str_from(argv[*i] + 2);
    struct str name;
    bool is_switch = false;
    str_cut(&value, '=', &name);
    const char **place = place_of(in, name, globals, &is_switch);
    if (place == NULL) {
        return unknown_option(in->command, name, e);
    }
    if (is_switch) {
        *place = "";
        return RC_OK;
    }
    if (str_absent(value)) {
        if (*i + 1 >= argc) {
            return err_set(e, RC_INVALID, "option_value", NULL, "选项 --" STR_FMT " 缺少值",
                           "option --" STR_FMT " needs a value", STR_ARG(name));
        }
        value = str_from(argv[++*i]);
    }
    *place = arena_z(&in->arena, value);
    return RC_OK;
}

static enum rc read_words(struct invocation *in, int argc, char **argv, int from,
                          const char *globals[], struct err *e)
{
    bool options = true;
    enum rc rc = RC_OK;
    for (int i = from; i < argc && rc == RC_OK; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && strcmp(argv[i], "-h") == 0) {
            globals[1] = "";
        } else if (options && strncmp(argv[i], "--", 2) == 0) {
            rc = read_option(in, argc, argv, &i, globals, e);
        } else if (in->position_count == in->command->positions_max) {
            rc = err_set(e, RC_INVALID, "word_unknown", NULL, "多出的词：%s",
                         "one word too many: %s", argv[i]);
        } else {
            in->positions[in->position_count++] = argv[i];
        }
    }
    return rc;
}

static enum rc check_words(const struct invocation *in, struct err *e)
{
    const struct command *c = in->command;
    if (in->position_count < c->positions_min) {
        return err_set(e, RC_INVALID, "word_missing", NULL, "用法：koi %s %s", "usage: koi %s %s",
                       c->name, c->usage);
    }
    for (int i = 0; i < COMMAND_OPTIONS && c->options[i].name != NULL; i++) {
        if (c->options[i].required && in->values[i] == NULL) {
            return err_set(e, RC_INVALID, "option_missing", NULL, "缺少选项 --%s",
                           "option --%s is missing", c->options[i].name);
        }
    }
    return RC_OK;
}

/* ---- running ---- */

static void print_error(const struct invocation *in, const struct err *e)
{
    const char *message = in->english ? e->en : e->zh;
    const char *hint = in->english ? e->hint_en : e->hint_zh;
    if (!in->json) {
        fprintf(stderr, "koi: %s\n", message);
        if (hint[0] != 0) {
            fprintf(stderr, "     %s\n", hint);
        }
        return;
    }
    struct buf b;
    buf_init(&b, 8192);
    struct json j = json_to(&b);
    json_open_object(&j, NULL);
    json_open_object(&j, "error");
    json_put_z(&j, "code", e->code);
    json_put_z(&j, "message", message);
    json_put_z(&j, "field", e->field[0] != 0 ? e->field : NULL);
    json_put_z(&j, "hint", hint[0] != 0 ? hint : NULL);
    json_close_object(&j);
    json_close_object(&j);
    fprintf(stderr, "%s\n", buf_str(&b).p);
    buf_done(&b);
}

static int run(struct invocation *in, int argc, char **argv, int words)
{
    struct err e = ERR_INIT;
    const char *globals[sizeof GLOBAL / sizeof *GLOBAL] = {NULL};
    enum rc rc = read_words(in, argc, argv, words + 1, globals, &e);
    in->json = globals[2] != NULL;
    if (globals[3] != NULL) {
        in->english = strcmp(globals[3], "zh") != 0;
    }
    if (rc == RC_OK && globals[1] != NULL) {
        help_one(in, in->command);
        return 0;
    }
    in->data_dir = globals[0] != NULL ? globals[0] : default_data();
    rc = rc == RC_OK ? check_words(in, &e) : rc;
    rc = rc == RC_OK ? in->command->run(in, &e) : rc;
    if (rc != RC_OK) {
        print_error(in, &e);
    }
    return rc_exit_code(rc);
}

int main(int argc, char **argv)
{
    struct invocation in = {.english = is_english(), .terminal = isatty(STDERR_FILENO) == 1};
    int words = 0;
    (void)signal(SIGPIPE, SIG_IGN);
    if (!clock_init()) {
        fprintf(stderr, "koi: KOI_TEST_CLOCK %s\n",
                say(&in, "读不到，或者这个构建没有测试时钟",
                    "cannot be read, or this build has no test clock"));
        return rc_exit_code(RC_INVALID);
    }
    in.command = find_command(argc, argv, &words);
    if (in.command == NULL) {
        bool asked = argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0;
        if (!asked) {
            fprintf(stderr, "koi: %s %s\n", say(&in, "没有命令", "there is no command"), argv[1]);
        }
        help_all(&in);
        return asked ? 0 : rc_exit_code(RC_INVALID);
    }
    arena_init(&in.arena, 0);
    int code = run(&in, argc, argv, words);
    arena_done(&in.arena);
    return code;
}
