# Static analysis. Sourced by ./run; called by part_lint in run.d/test.sh.

c_files() {
    find src tools test -name '*.c' -not -path '*/node_modules/*' -not -path 'test/lint/bad/*' |
        sort
}

# Cppcheck on what the compiler is told, one thread for each core.
lint_cppcheck() {
    mkdir -p build-test/cppcheck
    cppcheck --project=build-test/compile_commands.json --cppcheck-build-dir=build-test/cppcheck \
        --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --quiet \
        --suppressions-list=tools/cppcheck.suppressions -j "$jobs"
}

# clang-tidy on the files that changed since they were last clean (a stamp for each, by its hash).
lint_clang_tidy() {
    local stamps=$top/build-test/tidy
    mkdir -p "$stamps"
    c_files | grep '^src/' | KOI_STAMPS=$stamps xargs -P "$jobs" -n 1 bash tools/tidy-one
}

# The OpenAPI file that the program prints, by the rules of test/redocly.yaml if there are any.
lint_openapi() {
    need_node_modules test
    build-test/koi routes --openapi >build-test/openapi.json
    REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true CI=true \
        test/node_modules/.bin/redocly lint build-test/openapi.json
}
