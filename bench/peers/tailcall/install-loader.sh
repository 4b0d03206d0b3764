#!/bin/sh
# Tailcall's binary needs glibc 2.39. On an older Debian this unpacks a newer glibc beside it, into ./glibc, without installing it.
set -eu
cd "$(dirname "$0")"
mkdir -p glibc/apt/lists/partial glibc/apt/cache/archives/partial glibc/apt/sources
cat > glibc/apt/sources/trixie.sources <<SOURCES
Types: deb
URIs: http://deb.debian.org/debian
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
set -- -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$PWD/glibc/apt/sources" \
  -o Dir::State::Lists="$PWD/glibc/apt/lists" -o Dir::Cache="$PWD/glibc/apt/cache" -o APT::Sandbox::User=root
apt-get "$@" update
(cd glibc && apt-get "$@" download libc6 libgcc-s1)
for package in glibc/*.deb; do dpkg-deb -x "$package" glibc/root; done
rm -r glibc/apt glibc/*.deb
