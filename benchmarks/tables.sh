#!/bin/sh
# Renews the tables of docs/performance.md, on every instruction set that the page shows: as the machine is, and with AVX-512 off on both sides.
#
#   sh benchmarks/tables.sh                     all suites and all their further cases (about an hour on two cores)
#   sh benchmarks/tables.sh attention rnn       only these suites
#   ONLY=avx2 sh benchmarks/tables.sh train     only with AVX-512 off; ONLY=machine for the machine as it is
#   PART=suite sh benchmarks/tables.sh gemm     without the further cases; PART=extra for nothing else
#
# Each table is written as soon as it is measured, so a run that is interrupted keeps what it has. Nothing else should run meanwhile.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
[ $# -gt 0 ] || set -- gemm conv attention elementwise rnn overhead train
for isa in machine avx2; do
    [ "${ONLY:-$isa}" = "$isa" ] || continue
    case $isa in
        machine) unset HEBB_ISA ;;
        *) HEBB_ISA=$isa; export HEBB_ISA ;;
    esac
    for suite in "$@"; do
        [ "${PART:-suite}" = extra ] || ./hebb bench "$suite" --markdown docs/performance.md
        [ "${PART:-extra}" = suite ] || ./hebb bench "$suite" --extra --markdown docs/performance.md
    done
done
