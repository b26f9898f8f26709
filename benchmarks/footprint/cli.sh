#!/bin/sh
# cli.sh MODEL NAME=FILE: publishes the command line for this machine (Linux), self-contained, without precompiled code of Hebb and with that of one run of `hebb onnx run MODEL --input NAME=FILE`, and
# tells of each how long that run and `hebb onnx --help` take, best and median of eleven.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P)
[ $# -eq 2 ] || { echo "cli.sh MODEL NAME=FILE: give an ONNX file, and a value for its input" >&2; exit 2; }
. "$root/benchmarks/footprint/common.sh"

# publish NAME [PROPERTY…]: own folders and lock files, so that ordinary builds keep theirs.
publish() {
    name=$1
    shift
    rm -rf "$root"/artifacts/cli/obj/Hebb.Cli/*/R2R
    dotnet publish "$root/src/Hebb.Cli" -c Release -r "$rid" --self-contained -o "$out/$name" --artifacts-path "$root/artifacts/cli" -p:NuGetLockFilePath=obj/cli.lock.json \
        -p:HebbPrecompiled=true "$@" -v quiet -nologo
}

# measure NAME WHAT ARGUMENT…
measure() {
    program=$out/$1/hebb what="$1, $2"
    shift 2
    for _ in $(seq 11); do
        begin=$(date +%s%N)
        "$program" "$@" >/dev/null
        echo $((($(date +%s%N) - begin) / 1000000))
    done | sort -n | awk -v what="$what" '{ ms[NR] = $1 } END { printf "%-28s %d ms (best), %d ms (median)\n", what, ms[1], ms[int((NR + 1) / 2)] }'
}

publish compiled
write_profile "$out/compiled" "$out/compiled/hebb" onnx run "$1" --input "$2"
publish profiled -p:InstructionSet=$set_of_machine -p:StartupProfile="$out/startup.mibc"
for name in compiled profiled; do
    measure $name "onnx --help" onnx --help
    measure $name "onnx run" onnx run "$1" --input "$2"
done
