// What a script calls, as far as its words show: programs, which of them use the network, what they change, which files they write.
import { findMutation } from './mutation.ts'
import { parseShell } from './shell.ts'
import { listCommands, operandsOf, shownWord, writesFile } from './shell-view.ts'
import type { PlacedCommand } from './shell-view.ts'

/** For people who decide whether it may run; never a proof, because a program may do more than its name says. */
export interface ScriptReach {
  /** Each once, in reading order; what the shell brings itself is left out. */
  readonly programs: readonly string[]
  /** Those of the programs that are known to use the network. */
  readonly network: readonly string[]
  /** Changes elsewhere that are recognised, such as `kubectl patch`. */
  readonly changes: readonly string[]
  /** Files that redirections write, and commands that change files here. */
  readonly files: readonly string[]
  /** Why nothing is said above: the script is not understood. */
  readonly unread?: string
}

const OF_THE_SHELL = new Set(
  '[ [[ : . test echo printf true false cd set unset export local declare readonly read shift eval source exit return trap wait let mapfile type ulimit umask break continue'.split(
    ' ',
  ),
)
const NETWORKED = new Set(
  (
    'curl wget http https ssh scp sftp rsync nc ncat telnet ping dig nslookup host psql pg_dump pg_restore mysql mysqldump mongosh redis-cli ' +
    'kubectl oc helm argocd flux terraform tofu ansible ansible-playbook aws gcloud gsutil az gh glab docker podman crane skopeo oras cosign ' +
    'rekor-cli slsa-verifier vault consul promtool grpcurl k6 wrk ab hey vegeta npm npx yarn pnpm pip pip3 alembic flyway liquibase'
  ).split(' '),
)
/** Of git, these alone leave the machine. */
const NETWORKED_GIT = new Set(['clone', 'fetch', 'pull', 'push', 'ls-remote', 'submodule'])
const SHOWN_LIMIT_COUNT = 40

export function reachOfScript(script: string): ScriptReach {
  const reading = parseShell(script)
  if (!reading.isParsed)
    return { programs: [], network: [], changes: [], files: [], unread: reading.reason }
  const commands = listCommands(reading.script)
  const called = commands.filter(({ argv }) => argv[0] !== undefined && !OF_THE_SHELL.has(argv[0]))
  return {
    programs: eachShownOnce(called.map(({ argv }) => argv[0] ?? '')),
    network: eachShownOnce(called.filter(usesNetwork).map(({ argv }) => argv[0] ?? '')),
    changes: eachShownOnce(
      commands.flatMap((placed) => {
        const found = findMutation(placed)
        return found?.isRemote === true ? [found.verb] : []
      }),
    ),
    files: eachShownOnce(commands.flatMap(filesOf)),
  }
}

function usesNetwork({ argv }: PlacedCommand): boolean {
  const name = argv[0] ?? ''
  return NETWORKED.has(name) || (name === 'git' && NETWORKED_GIT.has(operandsOf(argv)[0] ?? ''))
}

function filesOf(placed: PlacedCommand): readonly string[] {
  const written = placed.command.redirections
    .filter(writesFile)
    .map(({ target }) => shownWord(target))
  const change = findMutation(placed)
  const isOwn = change !== undefined && !change.isRemote && placed.argv[0] !== undefined
  const acts = isOwn && change.verb.startsWith(placed.argv[0] ?? '')
  return acts ? [[change.verb, ...operandsOf(placed.argv)].join(' '), ...written] : written
}

function eachShownOnce(all: readonly string[]): readonly string[] {
  return [...new Set(all)].slice(0, SHOWN_LIMIT_COUNT)
}
