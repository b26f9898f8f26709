# Shared by measure.sh and cli.sh, which say where they are in $root: what this machine is, and how a startup profile is written. POSIX sh.

case $(uname -m) in aarch64 | arm64) rid=linux-arm64 ;; *) rid=linux-x64 ;; esac
# What this machine has of the sets that crossgen knows by a level; Arm needs none.
set_of_machine=
if [ $rid = linux-x64 ] && grep -q avx2 /proc/cpuinfo; then set_of_machine=x86-64-v3; fi
if [ $rid = linux-x64 ] && grep -q avx512vl /proc/cpuinfo; then set_of_machine=x86-64-v4; fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# write_profile ASSEMBLIES PROGRAM…: runs the program and writes $out/startup.mibc of what it ran, that no more than this is precompiled: the JIT lists it when it may use no precompiled code, and
# what is called by precompiled code alone when it may.
write_profile() {
    assemblies=$1
    shift
    for use in 0 1; do
        DOTNET_ReadyToRun=$use DOTNET_JitStdOutFile="$out/methods" DOTNET_JitDisasmSummary=1 "$@" >/dev/null
    done
    dotnet build "$root/benchmarks/footprint/profile" -c Release --artifacts-path "$root/artifacts/profile" -p:NuGetLockFilePath=obj/profile.lock.json -v quiet -nologo -clp:NoSummary
    dotnet "$root/artifacts/profile/bin/Profile/release/profile.dll" "$out/methods" "$assemblies" "$out/startup.mibc" >"$out/profile.log"
    tail -n 1 "$out/profile.log"
}
