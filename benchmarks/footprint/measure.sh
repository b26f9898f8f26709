#!/bin/sh
# measure.sh [MODEL SHAPE]: publishes the predictor for this machine (Linux) as a self-contained trimmed single file in four ways, and tells of each its size, how long after its start the first
# prediction comes and the most memory that it holds, best and median of eleven runs. Warnings of the trimmer are errors. Without a model it takes the digits of `hebb quickstart`, one epoch.
set -eu
root=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P)
. "$root/benchmarks/footprint/common.sh"
if [ $# -eq 2 ]; then
    model=$1 shape=$2
else
    "$root/hebb" quickstart --epochs 1 --out "$out/run" >/dev/null
    model=$out/run/model.hebb shape=1,1,8,8
fi

# publish NAME [PROPERTY…]: own folders and lock files, so that ordinary builds keep theirs.
publish() {
    name=$1
    shift
    rm -rf "$root"/artifacts/footprint/obj/Footprint/*/R2R
    dotnet publish "$root/benchmarks/footprint" -c Release -r "$rid" -o "$out/$name" --artifacts-path "$root/artifacts/footprint" \
        -p:NuGetLockFilePath=obj/footprint.lock.json "$@" -v quiet -nologo
    size=$(wc -c <"$out/$name/footprint")
    runs=11
    for _ in $(seq $runs); do HEBB_STARTED=$(date +%s%N) "$out/$name/footprint" "$model" "$shape"; done >"$out/lines"
    sed 's/.*first prediction after \([0-9]*\) ms, \([0-9.]*\) MB.*/\1 \2/' "$out/lines" | sort -n |
        awk -v name="$name" -v size="$size" '{ ms[NR] = $1; if ($2 > mb) mb = $2 }
            END { printf "%-12s %5.1f MB   first prediction after %d ms (best), %d ms (median)   %.1f MB resident\n", name, size / 1e6, ms[1], ms[int((NR + 1) / 2)], mb }'
    tail -n 1 "$out/lines"
}

publish small -p:PublishReadyToRun=false
publish precompiled -p:HebbPrecompiled=true -p:InstructionSet=$set_of_machine

write_profile "$(echo "$root"/artifacts/footprint/obj/Footprint/*/linked)" "$out/precompiled/footprint" "$model" "$shape"
publish profiled -p:HebbPrecompiled=true -p:InstructionSet=$set_of_machine -p:StartupProfile="$out/startup.mibc"
publish compressed -p:HebbPrecompiled=true -p:InstructionSet=$set_of_machine -p:StartupProfile="$out/startup.mibc" -p:EnableCompressionInSingleFile=true
