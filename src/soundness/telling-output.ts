// Commands that print only what they find, so that "it printed anything" is a claim: `find -name … | grep -q .`.
import type { ShellCommand } from './shell-model.ts'
import { argvOfCommand, operandsOf } from './shell-view.ts'

/** Commands that print something only when something came in. */
const PASSING = new Set(['sort', 'head', 'tail', 'uniq', 'cat', 'tee'])

/**
 * The name of the producer whose silence makes `… | grep -q .` fail; undefined when the feeding commands print
 * something whatever they find.
 */
export function silentProducer(feeders: readonly ShellCommand[]): string | undefined {
  for (const command of feeders.toReversed()) {
    if (command.kind !== 'simple') return undefined
    const argv = argvOfCommand(command)
    const name = argv[0] ?? ''
    const judge = Object.hasOwn(PRODUCERS, name) ? PRODUCERS[name] : undefined
    if (judge?.(argv) === true) return name
    if (!PASSING.has(name) || command.redirections.length > 0) return undefined
    // With an operand it would print that file, whatever came in.
    if (name !== 'tee' && operandsOf(argv).some((word) => !/^\d+$/.test(word))) return undefined
  }
  return undefined
}

const PRODUCERS: Readonly<Record<string, (argv: readonly string[]) => boolean>> = {
  find: printsFound,
  ls: printsEntries,
  git: printsDifferences,
  jq: printsSelected,
  grep: printsMatches,
  egrep: printsMatches,
  fgrep: printsMatches,
  rg: printsMatches,
  awk: (argv) => /^\s*\/.+\/\s*(?:\{[^{}]*\}\s*)?$/.test(operandsOf(argv)[0] ?? ''),
  sed: (argv) => argv.includes('-n') && argv.some((word) => /^\/.+\/p$/.test(word)),
  kubectl: printsResources,
  docker: (argv) =>
    (argv[1] === 'ps' || argv[1] === 'images') &&
    argv.some((word) => word === '--quiet' || /^-[a-z]*q/.test(word)),
  psql: printsRows,
}

/** Without a filter find prints the folder itself, and so it does where the filter may hold for the folder. */
function printsFound(argv: readonly string[]): boolean {
  if (argv.some((word) => ['!', '-not', '-o', '-or', ',', '-printf', '-exec'].includes(word)))
    return false
  const filtersName = argv.some(
    (word, i) =>
      /^-(?:i?name|i?path|i?wholename|i?regex)$/.test(word) && /[^*.]/.test(argv[i + 1] ?? ''),
  )
  const type = argv[argv.indexOf('-type') + 1]
  const isBelow = argv.includes('-type')
    ? type !== 'd'
    : argv[argv.indexOf('-mindepth') + 1] === '1'
  return filtersName || isBelow
}

/** `ls DIR` is silent for an empty folder; `-a` and `-l` are not, and a pattern that matches nothing fails. */
function printsEntries(argv: readonly string[]): boolean {
  const operands = operandsOf(argv)
  const options = argv.slice(1).filter((word) => word.startsWith('-'))
  if (operands.length === 0) return false
  if (operands.every((word) => /[*?[]/.test(word)))
    return options.every((word) => /^-[1AdhlrtS]+$/.test(word))
  return options.every((word) => /^-[1ArtS]+$/.test(word))
}

function printsDifferences(argv: readonly string[]): boolean {
  const line = argv.join(' ')
  if (/^git (?:--no-pager )?diff(?: |$)/.test(line)) return true
  if (/^git status .*(?:--porcelain|--short|-s\b)/.test(line))
    return !/(?:-b\b|--branch)/.test(line)
  if (/^git (?:--no-pager )?log /.test(line))
    return /(?:\S\.\.\S?|--grep|--author|--since|--after| -[SG])/.test(line)
  if (line.startsWith('git tag ')) return /(?:--points-at|--contains|(?:-l|--list) \S)/.test(line)
  if (line.startsWith('git branch ')) return /(?:--contains|--list \S)/.test(line)
  return /^git (?:ls-files|grep|ls-remote \S+) \S/.test(line)
}

/** A missing value is printed as `null`, an empty list as `[]`: only a filter that drops values is silent. */
function printsSelected(argv: readonly string[]): boolean {
  if (argv.some((word) => /^-[a-zA-Z]*n|^--null-input/.test(word))) return false
  const filter = operandsOf(argv).find((word) => /[.(]/.test(word)) ?? ''
  const drops = /\bselect\s*\(|\/\/\s*empty\b|\.\[\]|[\w"]\[\]/.test(filter)
  const wraps = /^\s*[[{"]|\b(?:map|length|any|all|add|first|tostring|tojson|join)\b|[@+]/.test(
    filter,
  )
  return drops && !wraps
}

function printsMatches(argv: readonly string[]): boolean {
  if (argv.some((word) => /^-[a-zA-Z]*[cvLq]|^--(?:count|invert|quiet|files)/.test(word)))
    return false
  const pattern = operandsOf(argv)[0]
  return pattern !== undefined && !['', '.', '.*', '^', '$', '.+'].includes(pattern)
}

/** kubectl says on standard error that it found nothing, and prints a header line only above resources. */
function printsResources(argv: readonly string[]): boolean {
  const line = argv.join(' ')
  return / get /.test(line) && /(?:-o[ =]?name|--output[ =]name|--no-headers)/.test(line)
}

/** Rows without headers; an aggregate answers with a row for nothing, too. */
function printsRows(argv: readonly string[]): boolean {
  const isPlain = argv.some((word) => /^-[a-zA-Z]*t|^--tuples-only/.test(word))
  const text = argv.find((word) => /\bselect\b/i.test(word)) ?? ''
  const aggregates = /\b(?:count|sum|min|max|avg|every|exists|coalesce|\w+_agg|bool_\w+)\s*\(/i
  return isPlain && /\bwhere\b/i.test(text) && !aggregates.test(text)
}
