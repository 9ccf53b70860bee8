# What a verb needs, installed when it is missing. Sourced by ./run.
#
# Debian packages come from apt, Node and npm as locked npm packages into .tools/, JavaScript
# dependencies by their lock files. Each function returns at once when there is nothing to do.

packages_build=(
    gcc libc6-dev meson ninja-build pkg-config ca-certificates
    libsqlite3-dev libpq-dev libmicrohttpd-dev libcurl4-openssl-dev libyajl-dev
    libssl-dev libsodium-dev libexpat1-dev libzip-dev libxlsxwriter-dev zlib1g-dev libutf8proc-dev
    libqrencode-dev libpng-dev libzbar0 libturbojpeg0
    libcmocka-dev
)
packages_test=(postgresql-15 sqlite3 curl git chromium fonts-wqy-microhei)
packages_lint=(clang-format clang-tidy cppcheck)
packages_clang=(clang libclang-rt-14-dev llvm)

# True when Debian has the package NAME fully installed.
package_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs the Debian packages that are missing; says which, and stops, when it is not allowed to.
need_packages() {
    local missing=() name
    command -v dpkg-query >/dev/null || die "this needs Debian 12 or its like, with: $*"
    # One question for all; only when something is missing, one for each.
    local found
    found=$(dpkg-query -W -f='${db:Status-Status}\n' "$@" 2>/dev/null | grep -cx installed) || true
    [ "$found" -lt $# ] || return 0
    for name in "$@"; do
        package_installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    local root=()
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            root=(sudo -n)
        else
            die "these Debian packages are missing; install them and run again:" \
                "  apt-get install --no-install-recommends ${missing[*]}"
        fi
    fi
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    local log
    local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    apt+=(-o DPkg::Lock::Timeout=300)
    if ! apt_install "${missing[@]}"; then # the lists are absent or old
        "${apt[@]}" update || die "apt-get update failed: is a Debian mirror reachable?"
        apt_install "${missing[@]}" ||
            die "apt-get could not install: ${missing[*]}" "$(tail -n 20 "$log")"
    fi
}

# apt-get install, its words in `log`. Uses `apt` and `log` of its caller.
apt_install() {
    log=$(mktemp)
    "${apt[@]}" install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null && rm -f "$log"
}

# Puts the locked node, npm and npx into .tools/bin and at the head of PATH.
need_node() {
    local home=$top/.tools/node
    if ! cmp -s "$top/tools/node/package-lock.json" "$home/.installed"; then
        command -v npm >/dev/null || need_packages nodejs npm ca-certificates
        say "installing Node and npm into .tools"
        mkdir -p "$home" "$top/.tools/bin"
        cp "$top/tools/node/package.json" "$top/tools/node/package-lock.json" "$home/"
        npm_ci "$home"
        local arch
        for arch in "$home"/node_modules/node-linux-*; do
            ln -sf "$arch/bin/node" "$top/.tools/bin/node"
        done
        ln -sf "$home/node_modules/npm/bin/npm-cli.js" "$top/.tools/bin/npm"
        ln -sf "$home/node_modules/npm/bin/npx-cli.js" "$top/.tools/bin/npx"
        cp "$home/package-lock.json" "$home/.installed"
    fi
    export PATH=$top/.tools/bin:$PATH
}

# Installs the JavaScript dependencies of each folder that has a lock file.
need_node_modules() {
    local dir
    need_node
    for dir in "$@"; do
        [ -f "$top/$dir/package-lock.json" ] || continue
        # npm writes this file when an installation is complete.
        [ "$dir/node_modules/.package-lock.json" -nt "$dir/package-lock.json" ] && continue
        say "installing the npm packages of $dir"
        npm_ci "$top/$dir"
    done
}

# `npm ci` in a folder, quiet unless it fails. Where the lock file lacks what only other platforms
# need (a registry that does not have it), package.json's pinned versions are installed instead.
npm_ci() {
    local words quiet=(--no-audit --no-fund --no-update-notifier)
    words=$(cd "$1" && npm ci "${quiet[@]}" 2>&1 </dev/null) && return
    case $words in
    *EUSAGE*Missing:*)
        words=$(cd "$1" && npm install --no-save "${quiet[@]}" 2>&1 </dev/null) && return
        ;;
    esac
    die "npm ci failed in $1:" "$words"
}
