# How the program is compiled. Sourced by ./run.
#
#   build        release, what users run          build-test   clock and checks for the tests
#   build-asan   address and undefined behaviour   build-tsan   data races
#   build-fuzz   libFuzzer targets (clang)

# Configures FOLDER once with the given Meson options and compiles TARGET. What the compiler says
# shows only on failure.
compile() { # folder target options …
    local dir=$top/$1 target=$2 words
    shift 2
    if [ ! -f "$dir/build.ninja" ]; then
        rm -rf "$dir"
        words=$(meson setup "$dir" "$top" "$@" 2>&1) || die "meson setup failed:" "$words"
    fi
    say "compiling $(basename "$dir")"
    words=$(ninja -C "$dir" -j "$jobs" "$target" 2>&1) || {
        printf '%s\n' "$words" | grep -E -B1 -A12 'error|FAILED|undefined' | head -n 120 >&2
        die "the build in $dir failed: ninja -C $dir $target shows all of it"
    }
}

# Builds the console into web/dist when its sources are newer.
build_console() {
    [ -f "$top/web/package-lock.json" ] || return 0
    local dist=$top/web/dist
    local newer
    newer=$(find "$top/web" \( -name node_modules -o -name dist \) -prune -o \
        -type f -newer "$dist/.built" -print -quit 2>/dev/null) && [ -z "$newer" ] && return
    need_node_modules web
    say "building the console"
    local words
    words=$(cd "$top/web" && npm run build 2>&1 </dev/null) ||
        die "the console's build failed:" "$words"
    touch "$dist/.built"
}

build_release() {
    build_console
    compile build koi --buildtype=release
}

# A release that can leave its commits out, for bench/commit.
build_bench() {
    compile build-bench koi --buildtype=release -Dbench=true
}

build_test() {
    compile build-test all --buildtype=debugoptimized -Dtest_clock=true -Ddebug_checks=true
}

build_asan() {
    need_packages "${packages_clang[@]}"
    CC=clang compile build-asan all --buildtype=debugoptimized -Db_lundef=false \
        -Dtest_clock=true -Ddebug_checks=true -Db_sanitize=address,undefined
}

build_tsan() {
    need_packages "${packages_clang[@]}"
    CC=clang compile build-tsan all --buildtype=debugoptimized -Db_lundef=false \
        -Dtest_clock=true -Ddebug_checks=true -Db_sanitize=thread
}

build_fuzz() {
    need_packages "${packages_clang[@]}"
    CC=clang compile build-fuzz fuzzers --buildtype=debugoptimized -Dfuzz=true \
        -Db_sanitize=address,undefined -Db_lundef=false
}
