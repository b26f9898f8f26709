# Shared by ./hebb and ./test: finding the SDK, one build at a time, what a build may write to. POSIX sh; the caller sets $root.

state=$root/artifacts/launcher
sdk_help='the .NET 10 SDK is needed: install it from https://dotnet.microsoft.com/download/dotnet/10.0'

# Sets $dotnet to the first one of: PATH, DOTNET_ROOT, where installers put it.
find_dotnet() {
    dotnet=$(command -v dotnet) && return
    for dotnet in "${DOTNET_ROOT:-}/dotnet" "${HOME:-}/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet /usr/local/share/dotnet/dotnet; do
        [ -x "$dotnet" ] && return
    done
    return 1
}

# global.json says which SDKs will do, and dotnet reads it from the current directory.
has_sdk() {
    (cd "$root" && use_writable_home && "$dotnet" --version) >/dev/null 2>&1
}

# dotnet and NuGet write below HOME. Where they can't, they get a home inside the repository, and the packages that are already there.
use_writable_home() {
    export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
    if [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ]; then
        return
    fi
    if [ -z "${NUGET_PACKAGES:-}" ] && [ -d "${HOME:-}/.nuget/packages" ]; then
        export NUGET_PACKAGES="$HOME/.nuget/packages"
    fi
    export HOME="$root/artifacts/home" DOTNET_CLI_HOME="$root/artifacts/home"
    unset XDG_DATA_HOME XDG_CACHE_HOME XDG_CONFIG_HOME
    mkdir -p "$HOME"
}

# One build at a time in this working tree. flock lets go by itself when its holder dies; elsewhere the holder's process id tells.
lock_build() {
    mkdir -p "$state" 2>/dev/null && [ -w "$state" ] || { echo "$0: cannot write to $root/artifacts" >&2; exit 1; }
    if command -v flock >/dev/null 2>&1; then
        exec 9>"$state/lock"
        flock -n 9 && return
        echo "waiting for another build of Hebb to end…" >&2
        flock 9
        return
    fi
    told=
    until mkdir "$state/lock.d" 2>/dev/null; do
        holder=$(cat "$state/lock.d/pid" 2>/dev/null)
        if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
            mv "$state/lock.d" "$state/lock.$$" 2>/dev/null && rm -rf "$state/lock.$$"
            continue
        fi
        [ -n "$told" ] || echo "waiting for another build of Hebb to end…" >&2
        told=1
        sleep 1
    done
    echo $$ >"$state/lock.d/pid"
}

unlock_build() {
    if command -v flock >/dev/null 2>&1; then
        exec 9>&-
    else
        rm -rf "$state/lock.d"
    fi
}

# build PROJECT [OPTION…]: builds in Release from the root, silently. On failure shows each error once and returns 1. Compiler servers outlive
# a build: they get neither the lock nor the caller's output. A build that was cut short may leave half-written files, so all of it is made anew.
build() {
    incremental=
    [ -e "$state/building" ] && incremental=--no-incremental
    : >"$state/building"
    # shellcheck disable=SC2086
    if (cd "$root" && use_writable_home && exec "$dotnet" build "$@" -c Release $incremental -v quiet -nologo -nodeReuse:false -tl:off \
        "-clp:ErrorsOnly;NoSummary") >"$state/build.log" 2>&1 </dev/null 9>&-; then
        rm -f "$state/building"
        return 0
    fi
    rm -f "$state/building"
    awk 'NF && !seen[$0]++' "$state/build.log" >&2
    return 1
}
