# Sourced by build.sh, run.sh and test.sh: what a machine must have, and how it gets it.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

die() {
    printf '%s\n' "$@" >&2
    exit 1
}

# need_packages PACKAGE…: installs the Debian packages that are missing; does nothing at all when none is.
need_packages() {
    local package missing=()
    for package; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || die "these Debian packages (or this system's equivalents) are missing: ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || die "these Debian packages are missing: ${missing[*]}" \
        "install them: sudo apt-get install --no-install-recommends ${missing[*]}"
    echo "installing from Debian: ${missing[*]}" >&2
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    local log
    log=$(mktemp)
    # A package list can be older than the mirror: update first, so that no stale version is asked for. Another
    # installation, such as the system's own upgrades, is waited for.
    local give_up=$((SECONDS + 600))
    while ! { apt-get update && apt-get install -y --no-install-recommends --no-remove "${missing[@]}"; } >"$log" 2>&1; do
        if grep -q 'Could not get lock' "$log" && [ $SECONDS -lt $give_up ]; then
            sleep 3
            continue
        fi
        tail -n 20 "$log" >&2
        rm -f "$log"
        die "apt-get could not install: ${missing[*]}"
    done
    rm -f "$log"
}

# need_sdk: the .NET SDK that global.json asks for.
need_sdk() {
    local wanted
    wanted=$(sed -n 's/.*"version": *"\([^"]*\)".*/\1/p' global.json)
    command -v dotnet >/dev/null || die "the .NET SDK is missing (the command \"dotnet\" is not in PATH): version $wanted or a newer ${wanted%.*.*} is needed" \
        "get it from https://dotnet.microsoft.com/download, or: apt-get install dotnet-sdk-${wanted%.*} from Microsoft's Debian feed"
    dotnet --version >/dev/null 2>&1 || die "no installed .NET SDK satisfies global.json, which asks for $wanted or a newer ${wanted%.*.*}; installed are:" \
        "$(dotnet --list-sdks)" "get one from https://dotnet.microsoft.com/download"
}

# need_root WHAT
need_root() {
    [ "$(id -u)" -eq 0 ] || die "$1 needs root: it makes mounts, namespaces and cgroups" "try: sudo $0"
}
