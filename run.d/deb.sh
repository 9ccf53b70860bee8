# The Debian package. Sourced by ./run.

# Puts build/koi_VERSION_ARCHITECTURE.deb together from the release build and packaging/.
deb_make() {
    local stage=$top/build/deb version architecture depends package
    version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" meson.build | head -n 1)
    architecture=$(dpkg --print-architecture)
    package=build/koi_${version}_$architecture.deb
    rm -rf "$stage"
    mkdir -p "$stage/DEBIAN" "$stage/usr/share/doc/koi" "$stage/lib/systemd/system"

    install -D -m 755 -s build/koi "$stage/usr/bin/koi"
    install -m 644 packaging/koi.service "$stage/lib/systemd/system/koi.service"
    install -m 644 LICENSE "$stage/usr/share/doc/koi/copyright"
    install -m 755 packaging/postinst packaging/prerm "$stage/DEBIAN/"

    depends=$(shared_libraries "$stage/usr/bin/koi")
    sed "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@DEPENDS@/$depends/" \
        packaging/control.in >"$stage/DEBIAN/control"
    dpkg-deb --root-owner-group --build -Zxz "$stage" "$package" >/dev/null
    say "ready: $package ($(du -k "$package" | cut -f 1) kB)"
}

# The packages of the libraries that a program loads, as a Depends field.
shared_libraries() {
    local work
    work=$(mktemp -d)
    mkdir "$work/debian"
    printf 'Source: koi\n\nPackage: koi\nArchitecture: any\n' >"$work/debian/control"
    (cd "$work" && dpkg-shlibdeps -O "$1" 2>/dev/null) | sed 's/^shlibs:Depends=//'
    rm -rf "$work"
}
