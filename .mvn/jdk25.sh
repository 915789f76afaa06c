#!/bin/sh
# Prints the home of a JDK 25 or later, or prints nothing and fails.
# Looked for in: ROPE_JAVA_HOME, JAVA_HOME, java on the PATH, then the usual places.
set -eu
usable() {
  [ -x "$1/bin/javac" ] && version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) && [ "${version:-0}" -ge 25 ]
}
on_path() {
  java=$(command -v java) && dirname -- "$(dirname -- "$(readlink -f -- "$java")")" || :
}
for home in "${ROPE_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(on_path)" \
  /usr/lib/jvm/*25* /usr/lib/jvm/* "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
  /opt/*jdk*25* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
  if [ -n "$home" ] && usable "$home"; then
    printf '%s\n' "$home"
    exit 0
  fi
done
exit 1
