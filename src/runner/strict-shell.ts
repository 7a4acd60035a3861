// The bash program around a block: strict options, failing curl and psql, and a trace of steps on descriptor 3.

/** Oldest bash that has what the program uses: `{fd}>` redirections, `inherit_errexit`, `${BASH_SOURCE[@]}`. */
export const BASH_VERSION_MINIMUM = '4.4'

/*
 * The block is sourced from its own file and never rewritten, so that its line numbers, heredocs and functions stay
 * its own. What a reader needs to know about the program:
 * - Descriptor 3 moves to a high number at once, because blocks use 3 themselves.
 * - `inherit_errexit` closes a hole of `set -e`: without it a failure in the middle of `$(…)` is lost.
 * - A wrapper ends with `|| return $?`, so that the failure counts at the block's line, not inside the wrapper.
 * - curl takes `--fail` or `--fail-with-body`, not both; a block that has its own flag keeps it.
 * - The DEBUG trap reads LINENO in its first line (later ones count from there) and ends by restoring `$_`, which `mkdir x && cd $_` reads; bash itself restores `$?` and PIPESTATUS.
 * - Trace lines: `d` before a command, `b` before a compound one, `r` before one that looks like the last after a
 *   failure, `e` after a failure that counts, `x` at the end; then process id, line (not for `x`), depth (not for `e`, `x`),
 *   exit code, exit codes of the last pipeline.
 *   They hold numbers only: never a word of a command, which may be a secret.
 */
const PROGRAM = `
if (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404 )); then
  printf 'expected bash ${BASH_VERSION_MINIMUM} or newer, got %s\\n' "$BASH_VERSION" >&2
  exit 126
fi
exec {__sw_fd}>&3 3>&-
__sw_block=$1
__sw_command=
set --
shopt -s inherit_errexit
__sw_error() {
  if [[ $4 == "$__sw_block" ]]; then printf 'e %s %s %s %s\\n' "$BASHPID" "$2" "$1" "$3" >&"$__sw_fd"; fi
  return 0
}
__sw_exit() { printf 'x %s %s\\n' "$BASHPID" "$1" >&"$__sw_fd"; }
__sw_curl_decides() {
  local word i
  while (( $# > 0 )); do
    word=$1
    shift
    case $word in
      --fail | --fail-with-body | --no-fail) return 0 ;;
      --*) ;;
      -*)
        for (( i = 1; i < \${#word}; i++ )); do
          case \${word:i:1} in
            f) return 0 ;;
            [AbcCdDeEFhHKmoPQrtTuUwxXyYz])
              if (( i == \${#word} - 1 && $# > 0 )); then shift; fi
              break
              ;;
          esac
        done
        ;;
    esac
  done
  return 1
}
if type -P curl >/dev/null; then
  curl() {
    if __sw_curl_decides "$@"; then
      command curl --silent --show-error "$@" || return $?
    else
      command curl --fail-with-body --silent --show-error "$@" || return $?
    fi
  }
fi
if type -P psql >/dev/null; then
  psql() { command psql -X -v ON_ERROR_STOP=1 "$@" || return $?; }
fi
set -ET
trap '__sw_status=$? __sw_pipe="\${PIPESTATUS[*]}" __sw_last=$_ __sw_line=$LINENO
if [[ \${BASH_SOURCE[0]-} == "$__sw_block" && $BASH_COMMAND != "source "*__sw_block* ]]; then
  __sw_kind=d
  case $BASH_COMMAND in
    "for "* | "case "* | "select "* | "(("*) __sw_kind=b ;;
    "$__sw_command") if (( __sw_status != 0 )); then __sw_kind=r; fi ;;
  esac
  __sw_command=$BASH_COMMAND
  printf "%s %s %s %s %s %s\\n" "$__sw_kind" "$BASHPID" "$__sw_line" "\${#BASH_SOURCE[@]}" "$__sw_status" "$__sw_pipe" >&"$__sw_fd"
fi
: "$__sw_last"' DEBUG
trap '__sw_error "$?" "$LINENO" "\${PIPESTATUS[*]}" "\${BASH_SOURCE[0]-}"' ERR
trap '__sw_exit "$?"' EXIT
set -euo pipefail
source "$__sw_block"
`

/** How to start bash for one block: file and arguments for a spawn request with one extra output, descriptor 3. */
export interface StrictShellCall {
  readonly file: 'bash'
  readonly args: readonly string[]
}

/**
 * The call that runs the block stored at `blockPath` under `set -Eeuo pipefail`.
 * The arguments hold the program and the path; values reach the block through its environment only.
 */
export function strictShellCall(blockPath: string): StrictShellCall {
  return { file: 'bash', args: ['--noprofile', '--norc', '-c', PROGRAM, 'bash', blockPath] }
}
