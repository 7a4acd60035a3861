// Recognises commands that change something, and which environment their words name.
import { operandsOf, writesFile } from './shell-view.ts'
import type { PlacedCommand } from './shell-view.ts'

export interface Mutation {
  /** Short name for people, such as `kubectl patch`. */
  readonly verb: string
  /** False for changes to local files only. */
  readonly isRemote: boolean
}

/** Subcommands that change, and those that only look, by program; the first one found decides. */
const VERBS: Readonly<Record<string, { readonly changes: string; readonly looks: string }>> = {
  kubectl: {
    changes:
      'apply patch delete create edit replace scale set rollout annotate label cordon uncordon drain taint expose run exec cp autoscale',
    looks: 'get describe logs top diff explain version wait auth api-resources cluster-info config',
  },
  oc: {
    changes: 'apply patch delete create edit replace scale set rollout exec',
    looks: 'get describe logs whoami',
  },
  helm: {
    changes: 'upgrade install uninstall rollback delete push',
    looks: 'list ls status get history template lint show diff test version repo',
  },
  terraform: {
    changes: 'apply destroy import taint untaint',
    looks: 'plan show output validate fmt version init state',
  },
  tofu: {
    changes: 'apply destroy import taint untaint',
    looks: 'plan show output validate fmt version init state',
  },
  git: {
    changes: 'push commit merge rebase reset cherry-pick revert clean',
    looks:
      'status log show diff rev-parse describe fetch ls-files branch merge-base ls-remote checkout',
  },
  docker: {
    changes: 'push rm rmi tag build kill stop start restart exec',
    looks: 'ps images logs inspect pull run version info',
  },
  podman: {
    changes: 'push rm rmi tag build kill stop start restart exec',
    looks: 'ps images logs inspect pull run version info',
  },
  systemctl: {
    changes: 'start stop restart reload enable disable',
    looks: 'status is-active is-enabled list-units show',
  },
  cosign: {
    changes: 'sign sign-blob attest attest-blob attach copy',
    looks:
      'verify verify-blob verify-attestation verify-blob-attestation tree triangulate download',
  },
  npm: {
    changes: 'publish unpublish deprecate',
    looks: 'test run ls view audit outdated ci install',
  },
  yarn: { changes: 'publish', looks: 'test run audit install' },
  pnpm: { changes: 'publish', looks: 'test run audit install' },
  cargo: { changes: 'publish yank', looks: 'test build check clippy' },
  twine: { changes: 'upload', looks: 'check' },
  alembic: { changes: 'upgrade downgrade', looks: 'current history check' },
  flyway: { changes: 'migrate clean repair', looks: 'info validate' },
  liquibase: { changes: 'rollback update', looks: 'status validate' },
  'redis-cli': {
    changes: 'set del flushall flushdb SET DEL FLUSHALL FLUSHDB',
    looks: 'get GET ping PING info INFO',
  },
}

/** Two words that change: the program's group and what it does to it. */
const PAIRS: Readonly<Record<string, RegExp>> = {
  gh: /^(?:workflow (?:run|enable|disable)|release (?:create|edit|delete|upload)|pr (?:merge|create|close)|run (?:rerun|cancel|delete)|secret set|issue (?:create|close))$/,
  argocd: /^app (?:sync|set|delete|rollback|create)$/,
  docker: /^compose (?:up|down|restart|rm)$/,
  gcloud: /\b(?:deploy|create|delete|update|set)\b/,
  aws: /\b(?:cp|rm|sync|mv|deploy|(?:create|delete|put|update|start|stop|terminate|run|invoke)(?:-[a-z-]+)?)\b/,
  az: /\b(?:create|delete|update|deploy|restart|start|stop)\b/,
  prisma: /^(?:migrate (?:deploy|dev|reset)|db push)$/,
  terraform: /^state (?:rm|mv|push)$/,
  'ansible-playbook': /./,
}

const LOCAL = new Set(
  'rm mv cp mkdir rmdir touch tee dd chmod chown ln truncate install unlink shred'.split(' '),
)
const REMOTE = new Set('rsync scp sftp ansible-playbook'.split(' '))
const CHANGING_SQL =
  /\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|drop|alter|create|truncate|grant|revoke|merge\s+into|vacuum|reindex)\b/i

/** The change a command makes, as far as its words show; undefined proves nothing. */
export function findMutation(placed: PlacedCommand): Mutation | undefined {
  const { argv, command } = placed
  const name = argv[0] ?? ''
  const remote = remoteVerb(name, placed)
  if (remote !== undefined) return { verb: remote, isRemote: true }
  if (LOCAL.has(name)) return { verb: name, isRemote: false }
  if (name === 'sed' && argv.some((word) => /^-[a-zA-Z]*i|^--in-place/.test(word)))
    return { verb: 'sed -i', isRemote: false }
  if (command.redirections.some(writesFile))
    return { verb: 'a redirection to a file', isRemote: false }
  return undefined
}

function remoteVerb(name: string, placed: PlacedCommand): string | undefined {
  const { argv } = placed
  if (name === 'curl' && isChangingCurl(argv)) return 'curl with a body or a changing method'
  if (name === 'wget' && argv.some((word) => /^--(?:post|method|body)/.test(word)))
    return 'wget with a body'
  if (name === 'psql' && isChangingPsql(placed)) return 'psql'
  if (REMOTE.has(name)) return name
  const operands = operandsOf(argv)
  if (
    name === 'git' &&
    operands[0] === 'tag' &&
    operands.length > 1 &&
    !argv.some((word) => /^(?:-l|--list|-v|--verify|--points-at|--contains)/.test(word))
  )
    return 'git tag'
  const pair = Object.hasOwn(PAIRS, name)
    ? PAIRS[name]?.exec(operands.slice(0, 2).join(' '))
    : undefined
  if (pair !== undefined && pair !== null) return `${name} ${operands.slice(0, 2).join(' ')}`
  const verbs = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (verbs === undefined) return undefined
  const changes = verbs.changes.split(' ')
  const looks = verbs.looks.split(' ')
  const decisive = operands.find((word) => changes.includes(word) || looks.includes(word))
  if (decisive === undefined || !changes.includes(decisive)) return undefined
  // Waiting for a rollout looks; restarting or undoing one changes.
  if (decisive === 'rollout' && operands.some((word) => word === 'status' || word === 'history'))
    return undefined
  return argv.some((word) => /^--dry-run(?:=|$)/.test(word)) ? undefined : `${name} ${decisive}`
}

function isChangingCurl(argv: readonly string[]): boolean {
  const method = argv.findIndex((word) => word === '-X' || word === '--request')
  const glued = argv.find((word) => /^-[a-zA-Z]*X[A-Z]/.test(word))
  const named =
    method === -1 ? (glued?.replace(/^-[a-zA-Z]*X/, '') ?? '') : (argv[method + 1] ?? '')
  if (named !== '' && !['GET', 'HEAD', 'OPTIONS'].includes(named)) return true
  const isGet =
    argv.some((word) => word === '--get' || /^-[a-zA-Z]*G/.test(word)) || named === 'GET'
  return (
    !isGet &&
    argv.some((word) => /^(?:--(?:data|json|form|upload-file)|-[sSfLkivI]*[dFT])/.test(word))
  )
}

function isChangingPsql({ argv, command }: PlacedCommand): boolean {
  if (command.redirections.some(({ operator }) => operator.startsWith('<') && operator !== '<&'))
    return true
  return argv.some((word) => /^(?:-[a-zA-Z]*f|--file)/.test(word) || CHANGING_SQL.test(word))
}

export type EnvironmentWord = 'staging' | 'production'

/** The environment the words name; production wins, and no word at all is undefined. */
export function environmentNamed(words: readonly string[]): EnvironmentWord | undefined {
  const tokens = new Set(words.flatMap((word) => word.toLowerCase().split(/[^a-z]+/)))
  if (tokens.has('production') || tokens.has('prod') || tokens.has('prd')) return 'production'
  return tokens.has('staging') || tokens.has('stage') || tokens.has('stg') ? 'staging' : undefined
}
