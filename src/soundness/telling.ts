// What a single command's exit code says about a claim: proves it, says nothing, only prints, or is some program's own.
import type { SimpleCommand } from './shell-model.ts'
import { operandsOf } from './shell-view.ts'

/** `what` completes "the exit code …" for people. */
export type Telling =
  | { readonly kind: 'checks'; readonly what: string }
  | { readonly kind: 'vacuous'; readonly what: string }
  | { readonly kind: 'query' | 'select'; readonly what: string }
  | { readonly kind: 'fails' }
  | { readonly kind: 'program'; readonly what: string }

interface CommandPattern {
  readonly pattern: RegExp
  readonly what: string
}

const RUN = String.raw`^(?:(?:npx|bunx|pnpm exec|pnpm dlx|yarn|bundle exec|poetry run|uv run)(?: --?[a-z-]+)* )?`

/** Test runners and linters: fail when a test or rule fails. Matched against the words joined by blanks. */
const RUNNERS: readonly CommandPattern[] = [
  { pattern: /^npm (?:t|tst|test)(?: |$)/, what: 'the test script' },
  {
    pattern:
      /^(?:npm run(?:-script)?|(?:yarn|pnpm|bun)(?: run)?) (?:test|lint|check|verify|typecheck|type-check|e2e)[\w:.-]*(?: |$)/,
    what: 'the package script',
  },
  {
    pattern: new RegExp(`${RUN}(?:vitest|jest|mocha|ava|tap|playwright test|cypress run)(?: |$)`),
    what: 'the test runner',
  },
  {
    pattern: new RegExp(
      `${RUN}(?:tsc|eslint|oxlint|biome (?:check|ci|lint)|prettier (?:-c|--check)|stylelint|markdownlint)(?: |$)`,
    ),
    what: 'the static check',
  },
  { pattern: /^node(?: --[\w=./-]+)* --test(?: |$)/, what: 'the test runner' },
  { pattern: /^deno (?:test|check|lint)(?: |$)/, what: 'the test runner' },
  {
    pattern: new RegExp(
      `${RUN}(?:python3? -m )?(?:pytest|unittest|tox|nox|mypy|ruff check|flake8|pylint|rspec|rails test|rake (?:test|spec))(?: |$)`,
    ),
    what: 'the test runner',
  },
  {
    pattern:
      /^go (?:test|vet)(?: |$)|^cargo (?:test|clippy|nextest run|audit|deny check)(?: |$)|^dotnet test(?: |$)|^(?:mix|swift) test(?: |$)/,
    what: 'the test runner',
  },
  {
    pattern:
      /^(?:\.\/)?(?:mvnw?|gradlew?)(?: \S+)* (?:test|verify|check)(?: |$)|^make (?:test|check|lint|verify)[\w-]*(?: |$)|^(?:bats|ctest|phpunit)(?: |$)/,
    what: 'the test runner',
  },
]

/** Programs whose purpose is to verify what their words name. */
const VERIFIERS: readonly CommandPattern[] = [
  {
    pattern: /^(?:sha\d+sum|shasum|md5sum|b2sum)(?: \S+)* (?:-[bt]*c|--check)(?: |$)/,
    what: 'the checksums',
  },
  { pattern: /^gpg(?: --\S+)* --verify(?: |$)|^gpgv /, what: 'the signature' },
  { pattern: /^cosign verify(?:-blob|-attestation|-blob-attestation)? /, what: 'the signature' },
  { pattern: /^slsa-verifier verify-|^gh attestation verify /, what: 'the provenance' },
  { pattern: /^promtool (?:check|test) |^amtool check-config /, what: 'the rule files' },
  { pattern: /^git (?:verify-tag|verify-commit|tag (?:-v|--verify)) /, what: 'the signature' },
  { pattern: /^git merge-base (?:.* )?--is-ancestor /, what: 'the ancestry' },
  { pattern: /^git diff (?:.* )?(?:--exit-code|--quiet)(?: |$)/, what: 'that nothing differs' },
  {
    pattern:
      /^git (?:ls-files (?:.* )?--error-unmatch |rev-parse (?:.* )?--verify |describe (?:.* )?--exact-match)/,
    what: 'that the name exists',
  },
  { pattern: /^kubectl (?:\S+ ){0,4}(?:rollout status|wait) /, what: 'that the rollout finished' },
  {
    pattern: /^argocd app wait |^gh run watch (?:.* )?--exit-status|^gh pr checks /,
    what: 'that the run succeeded',
  },
  {
    pattern: /^helm (?:lint|test) |^terraform validate|^terraform plan (?:.* )?-detailed-exitcode/,
    what: 'the configuration',
  },
  {
    pattern:
      /^(?:kubeconform|kubeval|conftest test|opa test|actionlint|shellcheck|hadolint|yamllint)(?: |$)/,
    what: 'the configuration',
  },
  {
    pattern: /^trivy (?:.* )?--exit-code[ =][1-9]|^grype (?:.* )?--fail-on[ =]|^npm audit(?: |$)/,
    what: 'the scan',
  },
  {
    pattern: /^pg_isready(?: |$)|^nc (?:\S+ )*-[a-z]*z|^systemctl is-active /,
    what: 'that it answers',
  },
]

/** Words that take the teeth out of a runner or verifier. */
const TOOTHLESS =
  /^(?:--help|-h|--version|--dry-run|--passWithNoTests|--listTests|--collect-only|--co|--no-run|--if-present|-D(?:skipTests|maven\.test\.skip).*|--ignore-missing|--exit-zero|--no-thresholds|--insecure-ignore-tlog.*|--insecure-ignore-sct.*)$/

/** Programs that print for somebody to look at and succeed whatever they print. */
const QUERIES: readonly RegExp[] = [
  /^gh (?:run (?:list|view)|pr (?:list|view)|release (?:list|view)|workflow (?:list|view)|issue list)(?: |$)/,
  /^(?:kubectl|oc) (?:\S+ ){0,4}(?:get|describe|logs|top|version)(?: |$)/,
  /^helm (?:list|ls|status|get|history|template)(?: |$)/,
  /^(?:docker|podman) (?:ps|images|logs|inspect|version|info)(?: |$)|^docker compose (?:ps|logs)(?: |$)/,
  /^git (?:log|status|show|diff|branch|remote|describe|rev-parse|ls-remote|tag (?:-l|--list))(?: |$)|^git tag$/,
  /^aws \S+ (?:describe|list|get)[\w-]*(?: |$)|^(?:gcloud|az) .*\b(?:list|show|describe)(?: |$)/,
  /^terraform (?:output|show|plan|state list)(?: |$)|^redis-cli (?:.* )?(?:get|info|ping|GET|INFO|PING)(?: |$)/,
  /^(?:cat|head|tail|less|more|ps|df|du|free|uptime|env|printenv|find|wc|sort|uniq|cut|tr|column|yq|journalctl|dig|nslookup|stat|date|awk|sed|tee|promql)(?: |$)/,
]

const VACUOUS = new Set(
  'echo printf export ls sleep true : set unset alias pwd cd trap wait declare local readonly pushd popd'.split(
    ' ',
  ),
)

const FILE_TESTS = /^-[efdrwxsLhbcpSgukOG]$/

/** What the exit code of one simple command tells. `argv` as in `PlacedCommand`. */
export function tellOf(command: SimpleCommand, argv: readonly string[]): Telling {
  const name = argv[0]
  if (name === undefined) return tellOfAssignments(command)
  const line = argv.join(' ')
  if (name === 'false') return { kind: 'fails' }
  if (name === 'exit' || name === 'return')
    return argv[1] === '0' ? { kind: 'vacuous', what: `${name} 0` } : { kind: 'fails' }
  if (VACUOUS.has(name)) return { kind: 'vacuous', what: name }
  if (name === 'test' || name === '[' || name === '[[') return tellOfTest(command, argv)
  if (name === 'grep' || name === 'egrep' || name === 'fgrep' || name === 'zgrep' || name === 'rg')
    return tellOfGrep(argv)
  if (name === 'diff' || name === 'cmp') return tellOfComparison(argv)
  if (name === 'jq') return tellOfJq(argv)
  if (name === 'curl') return tellOfCurl(argv)
  if (name === 'psql') return tellOfPsql(argv)
  const isToothless = argv.some((word) => TOOTHLESS.test(word))
  const checker = isToothless
    ? undefined
    : [...RUNNERS, ...VERIFIERS].find(({ pattern }) => pattern.test(line))
  if (checker !== undefined) return { kind: 'checks', what: `depends on ${checker.what}` }
  const query = QUERIES.some((pattern) => pattern.test(line))
  if (query) return { kind: 'query', what: name }
  if (name === 'k6')
    return { kind: 'program', what: 'k6 fails only on thresholds that its script declares' }
  return { kind: 'program', what: `${name} is a program whose exit code is its own` }
}

function tellOfAssignments(command: SimpleCommand): Telling {
  const runs = command.assignments.some(({ value }) =>
    value.parts.some((part) => part.kind === 'substitution'),
  )
  return runs
    ? { kind: 'program', what: 'an assignment has the exit code of its substitution' }
    : { kind: 'vacuous', what: 'an assignment' }
}

/** A comparison of fixed words is true or false whatever the release is like. */
function tellOfTest(command: SimpleCommand, argv: readonly string[]): Telling {
  const isFixed = command.words.every((word) => word.parts.every((part) => part.kind === 'text'))
  const looksAtFiles = argv.some(
    (word) => FILE_TESTS.test(word) || ['-nt', '-ot', '-ef'].includes(word),
  )
  if (isFixed && !looksAtFiles) return { kind: 'vacuous', what: 'a test of fixed words' }
  return { kind: 'checks', what: 'depends on the test' }
}

function patternOf(argv: readonly string[]): string | undefined {
  const explicit = argv.findIndex((word) => word === '-e' || word === '--regexp')
  return explicit === -1 ? operandsOf(argv)[0] : argv[explicit + 1]
}

/** `grep -q .` on what is piped in: it fails only when nothing is. */
export function isGrepForAnything(argv: readonly string[]): boolean {
  if (!['grep', 'egrep'].includes(argv[0] ?? '') || operandsOf(argv).length !== 1) return false
  if (argv.some((word) => /^-[a-zA-Z]*[vLFcz]/.test(word))) return false
  return ['', '.', '.*', '^', '$', '.+'].includes(patternOf(argv) ?? '-')
}

function tellOfGrep(argv: readonly string[]): Telling {
  const pattern = patternOf(argv)
  if (argv.some((word) => /^-[a-zA-Z]*L|^--files-without-match/.test(word)))
    return { kind: 'query', what: 'grep -L' }
  if (pattern === undefined || ['', '.', '.*', '^', '$', '.+'].includes(pattern))
    return { kind: 'vacuous', what: 'grep for anything' }
  return { kind: 'checks', what: 'depends on a matching line' }
}

function tellOfComparison(argv: readonly string[]): Telling {
  const [left, right] = operandsOf(argv).slice(-2)
  if (left !== undefined && left === right)
    return { kind: 'vacuous', what: `${argv[0]} of a file with itself` }
  return { kind: 'checks', what: 'depends on the comparison' }
}

function tellOfJq(argv: readonly string[]): Telling {
  const isAsked = argv.some((word) => /^-[a-zA-Z]*e/.test(word) || word === '--exit-status')
  const filter = operandsOf(argv).find((word) => /[.(]|^(?:true|false|null|\d+)$/.test(word)) ?? ''
  if (isAsked && /^(?:true|false|null|\d+|"[^"]*")$/.test(filter.trim()))
    return { kind: 'vacuous', what: 'jq -e of a constant' }
  if (isAsked && filter.trim() !== '.')
    return { kind: 'checks', what: 'depends on the last value of the filter' }
  return { kind: /\bselect\s*\(/.test(filter) ? 'select' : 'query', what: 'jq' }
}

export function hasFailFlag(argv: readonly string[]): boolean {
  return argv.some(
    (word) => /^-[#0-9sSLkivIGgNqRJOlnpBaj]*f/.test(word) || /^--fail(?:-with-body)?$/.test(word),
  )
}

/** Query interfaces answer 200 with an empty list when nothing is there. */
const QUERY_ADDRESS =
  /\/api\/v1\/(?:query|query_range|series|labels|alerts|rules|targets)\b|[?&](?:query|q)=/

function tellOfCurl(argv: readonly string[]): Telling {
  const isQuery = argv.some((word) => QUERY_ADDRESS.test(word))
  if (isQuery) return { kind: 'query', what: 'curl' }
  if (hasFailFlag(argv))
    return {
      kind: 'checks',
      what: 'depends on the server answering below 400, and on nothing in the answer',
    }
  return { kind: 'program', what: 'curl without a fail flag succeeds on any answer' }
}

/** The texts given by `-c` and `--command`. */
export function psqlTexts(argv: readonly string[]): readonly string[] {
  const texts: string[] = []
  for (const [i, word] of argv.entries()) {
    if (/^-[a-zA-Z]*c$/.test(word) || word === '--command') texts.push(argv[i + 1] ?? '')
    else if (word.startsWith('--command=')) texts.push(word.slice('--command='.length))
  }
  return texts
}

/** A SELECT that answers false is still a statement that succeeded. */
export function isBareSelect(text: string): boolean {
  return (
    /^\s*(?:--[^\n]*\n\s*)*(?:select|with|values|table|show)\b/i.test(text) &&
    !/\braise\b|\bassert\w*\s*\(|\/\s*0\b|\b1\s*\/\s*\(/i.test(text)
  )
}

function tellOfPsql(argv: readonly string[]): Telling {
  const last = psqlTexts(argv).at(-1)
  if (last !== undefined && isBareSelect(last)) return { kind: 'select', what: 'psql' }
  return { kind: 'program', what: 'psql fails only when a statement does' }
}
