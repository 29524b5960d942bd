#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Prints a header with a hash of the pipeline's sources: what an unfinished render may go on with.
set -eu
cd "$1"
hash=$(find . -type f \( -name '*.[ch]' -o -name '*.cu' -o -name '*.cuh' -o -name meson.build \) -print |
  LC_ALL=C sort | while read -r file; do sha256sum "$file"; done | sha256sum | cut -c 1-16)
printf '#define BB_BUILD "%s"\n' "$hash"
