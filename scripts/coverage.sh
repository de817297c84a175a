#!/usr/bin/env bash
# Sums up a coverage profile: the share of statements that tests ran, for each module. Generated code does not count.
set -euo pipefail

awk '
  NR == 1 { next }
  /generated|_gen\.go|\.pb\.go/ { next }
  # Every test tells of all that it was built with.
  { size[$1] = $2; if ($3 > 0) hit[$1] = 1 }
  END {
    for (block in size) {
      split(block, path, "/"); module = path[4]
      statements[module] += size[block]; total += size[block]
      if (block in hit) { covered[module] += size[block]; ran += size[block] }
    }
    if (total == 0) exit
    print "\nCoverage by module"
    for (module in statements)
      printf "  %-10s %5.1f %% of %d statements\n", module, 100 * covered[module] / statements[module], statements[module] | "sort"
    close("sort")
    printf "  %-10s %5.1f %% of %d statements\n", "all", 100 * ran / total, total
  }' "$1"
