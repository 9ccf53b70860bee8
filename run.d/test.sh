# The parts of the test run, and the honest sum of what they counted. Sourced by ./run.
#
# Each part appends "name passed failed" to $results through `tally`. A part that fails without
# having counted a failure (a crash, a runner that did not start) counts as one failed.

all_parts=(units lint web sim api e2e)

test_begin() {
    mkdir -p build
    results=$(mktemp build/results.XXXXXX)
}

tally() { # name passed failed [exit code of the runner]
    local failed=$3
    if [ "${4:-0}" != 0 ] && [ "$failed" = 0 ]; then
        failed=1
    fi
    printf '%s %d %d\n' "$1" "$2" "$failed" >>"$results"
}

# Prints the sums; the exit code says whether all is well. A run without any test has failed.
test_end() {
    local rc=0
    echo
    awk '{ printf "%-28s %6d passed %4d failed\n", $1, $2, $3; p += $2; f += $3 }
         END { printf "\n%d passed, %d failed\n", p, f; exit f > 0 || p == 0 }' "$results" || rc=1
    rm -f "$results"
    return $rc
}

test_parts() {
    local part
    [ $# -gt 0 ] || set -- "${all_parts[@]}"
    for part in "$@"; do
        declare -F "part_$part" >/dev/null || die "no such part: $part (there are: ${all_parts[*]})"
    done
    need_packages "${packages_build[@]}" "${packages_test[@]}" "${packages_lint[@]}"
    need_node
    for part in "$@"; do
        say "part: $part"
        guarded "$part" "part_$part"
    done
}

# Runs a part in a shell of its own; one that ends early (a build that fails) counts as one failed.
guarded() { # name command …
    local name=$1 rc
    shift
    set +e
    (
        set -e
        "$@"
    )
    rc=$?
    set -e
    [ $rc = 0 ] || tally "$name" 0 1
}

# Runs `meson test` in a build folder and counts the cases inside each cmocka program.
run_units() { # folder, then arguments of meson test
    local dir=$top/$1 name=$1 rc=0 counts
    shift
    rm -f "$dir/meson-logs/testlog.json"
    meson test -C "$dir" --print-errorlogs --num-processes "$jobs" "$@" || rc=$?
    counts=$(node tools/tally.mjs meson "$dir/meson-logs/testlog.json" || echo "0 1")
    # shellcheck disable=SC2086
    tally "units:$name" $counts $rc
}

# Runs node:test files and counts from its TAP output.
run_node_tests() { # name, then files
    local name=$1 rc=0 tap
    shift
    tap=$(mktemp)
    (with_postgres node --test --test-concurrency="$jobs" \
        --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$tap" "$@") || rc=$?
    # shellcheck disable=SC2046
    tally "$name" $(node tools/tally.mjs tap "$tap" || echo "0 1") $rc
    rm -f "$tap"
}

# Runs one yes-or-no check.
run_check() { # name command …
    local name=$1 words
    shift
    if words=$("$@" 2>&1); then
        tally "$name" 1 0
    else
        printf '%s: failed\n%s\n' "$name" "$words"
        tally "$name" 0 1
    fi
}

# A private PostgreSQL for the command that follows, its address in KOI_TEST_PG.
with_postgres() {
    local url rc=0
    if [ -z "${KOI_TEST_PG:-}" ]; then
        url=$(tools/postgres start) || die "PostgreSQL did not start"
        # shellcheck disable=SC2064
        trap "tools/postgres stop '$url'" EXIT
        export KOI_TEST_PG=$url
    fi
    "$@" || rc=$?
    return $rc
}

test_files() { # folder: its node:test files, sorted
    find "$1" -name node_modules -prune -o -name '*.test.mjs' -print 2>/dev/null | sort
}

part_units() {
    build_test
    run_units build-test
}

part_api() {
    local files
    mapfile -t files < <(test_files test/api)
    [ ${#files[@]} -gt 0 ] || return 0
    build_test
    need_node_modules test sim
    KOI_BIN=${KOI_BIN:-$top/build-test/koi} run_node_tests api "${files[@]}"
}

part_e2e() {
    local files
    mapfile -t files < <(test_files test/e2e)
    [ ${#files[@]} -gt 0 ] || return 0
    build_console
    build_test
    need_node_modules test sim
    KOI_BIN=${KOI_BIN:-$top/build-test/koi} run_node_tests e2e "${files[@]}"
}

# The console's own checks: types, ESLint, Prettier, unit tests, as far as web/package.json has
# them.
part_web() {
    local script
    [ -f web/package-lock.json ] || return 0
    need_node_modules web
    for script in typecheck lint format:check test; do
        node tools/tally.mjs has-script web/package.json "$script" || continue
        run_check "web:$script" npm --prefix web run --silent "$script"
    done
}

# The simulator of WeCom: types, ESLint, Prettier, and its own tests, which need no database.
part_sim() {
    local script files
    need_node_modules sim
    for script in typecheck lint format:check; do
        run_check "sim:$script" npm --prefix sim run --silent "$script"
    done
    mapfile -t files < <(find sim/test -name '*.test.ts' | sort)
    KOI_TEST_PG=none run_node_tests sim "${files[@]}"
}

part_lint() {
    need_packages "${packages_build[@]}" "${packages_lint[@]}"
    build_test
    run_check lint:self-test bash test/lint/run build-test/tools/lint
    run_check lint:koi build-test/tools/lint "$top"
    run_check lint:cppcheck lint_cppcheck
    run_check lint:clang-tidy lint_clang_tidy
    [ ! -x build-test/koi ] || run_check lint:openapi lint_openapi
}

# The same tests on a build with a sanitizer; it ends a program at its first finding.
part_asan() {
    need_packages "${packages_build[@]}" "${packages_test[@]}"
    need_node
    build_asan
    export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1
    export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
    sanitized_parts build-asan "$@"
    unset ASAN_OPTIONS UBSAN_OPTIONS
}

part_tsan() {
    need_packages "${packages_build[@]}" "${packages_test[@]}"
    need_node
    build_tsan
    export TSAN_OPTIONS=halt_on_error=1
    sanitized_parts build-tsan "$@"
    unset TSAN_OPTIONS
}

sanitized_parts() { # folder, then parts
    local dir=$1 part
    shift
    [ $# -gt 0 ] || set -- units api
    for part in "$@"; do
        case $part in
        units) run_units "$dir" --timeout-multiplier 5 ;;
        api) KOI_HISTORIES=20 KOI_BIN=$top/$dir/koi part_api ;;
        *) die "no such part under a sanitizer: $part (there are: units api)" ;;
        esac
    done
}
