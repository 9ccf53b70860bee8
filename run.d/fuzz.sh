# Fuzzing and torture. Sourced by ./run.

# fuzz_run [TARGET [SECONDS]]: new inputs go to build-fuzz/corpus/TARGET, crashes to
# build-fuzz/crashes/TARGET; what is worth keeping is copied by hand into test/fuzz/corpus/TARGET.
fuzz_run() {
    local seconds=${2:-60} programs=() program name bad=0
    mapfile -t programs < <(find build-fuzz/test/fuzz -maxdepth 1 -type f -perm -u+x \
        -name "fuzz_${1:-*}" | sort)
    [ ${#programs[@]} -gt 0 ] || die "no such fuzz target: ${1:-any} (see test/fuzz/meson.build)"
    for program in "${programs[@]}"; do
        name=${program##*/fuzz_}
        mkdir -p "build-fuzz/corpus/$name" "build-fuzz/crashes/$name" "test/fuzz/corpus/$name"
        say "fuzzing $name for $seconds s"
        "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
            -verbosity=0 -print_final_stats=1 -artifact_prefix="build-fuzz/crashes/$name/" \
            "build-fuzz/corpus/$name" "test/fuzz/corpus/$name" || bad=$((bad + 1))
    done
    echo
    echo "$((${#programs[@]} - bad)) passed, $bad failed"
    [ $bad = 0 ]
}

# torture_run [NAME] [SHARDS]: each test/torture/NAME.mjs takes a shard number as its seed; finished
# shards are remembered in build/torture, so a run that was stopped goes on where it was.
torture_run() {
    local shards=${2:-100} file name shard done_list failed=0 passed=0
    mkdir -p build/torture
    for file in test/torture/${1:-*}.mjs; do
        [ -f "$file" ] || die "no torture test: ${1:-test/torture is empty}"
        name=$(basename "$file" .mjs)
        done_list=build/torture/$name.done
        touch "$done_list"
        for ((shard = 1; shard <= shards; shard++)); do
            grep -qx "$shard" "$done_list" && continue
            say "torture: $name, shard $shard of $shards"
            if KOI_BIN=${KOI_BIN:-$top/build-test/koi} with_postgres node "$file" --seed "$shard" \
                >"build/torture/$name.$shard.log" 2>&1; then
                echo "$shard" >>"$done_list"
                passed=$((passed + 1))
            else
                # Kept: what fails once in ten thousand may pass the next time.
                cp "build/torture/$name.$shard.log" "build/torture/$name.$shard.failed.log"
                echo "shard $shard of $name failed: build/torture/$name.$shard.failed.log" >&2
                failed=$((failed + 1))
            fi
        done
    done
    echo
    echo "$passed passed, $failed failed"
    [ $failed = 0 ]
}
