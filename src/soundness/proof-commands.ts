// The list of commands that can only read, with exactly the options under which they do.
import { proveCurl } from './proof-curl.ts'
import { GIT_READS } from './proof-git.ts'
import { refuseArguments } from './proof-options.ts'
import type { ReadCommand } from './proof-options.ts'
import type { Argument, ProofScope } from './proof-words.ts'
import { refuseAsOperand } from './proof-words.ts'

/** Longest pause that still counts as a read, seconds. */
const PAUSE_LIMIT_S = 60

const CHECKSUM: ReadCommand = {
  flags: 'bctw',
  long: ['check', 'ignore-missing', 'quiet', 'status', 'strict', 'warn', 'tag', 'binary', 'text'],
}

const GREP: ReadCommand = {
  flags: 'EFGPivcnlLqsowxHhazrR',
  valued: 'emABC',
  isNumeric: true,
  long: [
    'quiet',
    'silent',
    'count',
    'ignore-case',
    'invert-match',
    'line-number',
    'fixed-strings',
    'extended-regexp',
    'only-matching',
    'word-regexp',
    'line-regexp',
    'no-messages',
    'files-with-matches',
    'recursive',
    'with-filename',
  ],
  longValued: ['regexp', 'max-count', 'after-context', 'before-context', 'context'],
}

const READS: Readonly<Record<string, ReadCommand>> = {
  grep: GREP,
  egrep: GREP,
  fgrep: GREP,
  cat: { flags: 'nAbEeTtsuv', long: ['number', 'show-all', 'squeeze-blank'] },
  head: {
    flags: 'qv',
    valued: 'nc',
    isNumeric: true,
    long: ['quiet'],
    longValued: ['lines', 'bytes'],
  },
  // Following a file never ends, so -f, -F and --follow are missing.
  tail: {
    flags: 'qv',
    valued: 'nc',
    isNumeric: true,
    long: ['quiet'],
    longValued: ['lines', 'bytes'],
  },
  wc: { flags: 'clmwL', long: ['lines', 'words', 'bytes', 'chars'] },
  // -o writes, -T chooses where to write, --compress-program runs a program.
  sort: {
    flags: 'bdfghinMRruVzcCs',
    valued: 'kt',
    long: ['numeric-sort', 'reverse', 'unique', 'version-sort', 'check'],
    longValued: ['key', 'field-separator'],
  },
  // The second operand of uniq is a file to write.
  uniq: {
    flags: 'cdiuz',
    valued: 'fsw',
    long: ['count', 'repeated', 'unique', 'ignore-case'],
    operandLimit: 1,
  },
  cut: {
    flags: 'snz',
    valued: 'dfcb',
    long: ['complement', 'only-delimited'],
    longValued: ['delimiter', 'fields', 'characters', 'bytes', 'output-delimiter'],
  },
  tr: {
    flags: 'dscC',
    long: ['delete', 'squeeze-repeats', 'complement'],
    operandMinimum: 1,
    operandLimit: 2,
  },
  jq: {
    flags: 'ercsSjaMC',
    long: [
      'exit-status',
      'raw-output',
      'compact-output',
      'slurp',
      'sort-keys',
      'join-output',
      'tab',
      'raw-input',
      'monochrome-output',
    ],
    longPaired: ['arg', 'argjson'],
    operandMinimum: 1,
    // A filter that is not written out could ask for anything; jq cannot write, but may read any file by import.
    check: ({ operands }) =>
      operands[0]!.isLiteral &&
      !/\b(?:import|include|input_filename|env)\b|\$ENV/.test(operands[0]!.text)
        ? undefined
        : 'the filter of jq is not plain',
  },
  ls: {
    flags: '1aAdFhilnopqrRsStu',
    long: ['all', 'almost-all', 'human-readable', 'recursive', 'directory', 'reverse'],
  },
  stat: {
    flags: 'Lft',
    valued: 'c',
    long: ['dereference', 'terse'],
    longValued: ['format', 'printf'],
  },
  readlink: { flags: 'fenm', operandMinimum: 1 },
  realpath: { flags: 'emsq', operandMinimum: 1 },
  basename: { flags: 'a', valued: 's', operandMinimum: 1 },
  dirname: { operandMinimum: 1 },
  pwd: { flags: 'LP', operandLimit: 0 },
  uname: { flags: 'asnrvmpio', operandLimit: 0 },
  date: {
    flags: 'uR',
    valued: 'dr',
    long: ['utc', 'iso-8601', 'rfc-email'],
    longValued: ['date', 'reference', 'rfc-3339', 'iso-8601'],
    // A bare number sets the clock.
    check: ({ operands }) =>
      operands.every((operand) => operand.text.startsWith('+'))
        ? undefined
        : 'date with a word that is no +format sets the clock',
  },
  sha256sum: CHECKSUM,
  sha512sum: CHECKSUM,
  sha1sum: CHECKSUM,
  md5sum: CHECKSUM,
  shasum: { ...CHECKSUM, valued: 'a', longValued: ['algorithm'] },
  cmp: { flags: 'slb', valued: 'ni', long: ['silent', 'quiet', 'verbose'], operandMinimum: 1 },
  // -l runs a pager.
  diff: {
    flags: 'qusrwbBiNacy',
    valued: 'U',
    long: [
      'brief',
      'unified',
      'recursive',
      'report-identical-files',
      'ignore-all-space',
      'ignore-blank-lines',
    ],
    operandMinimum: 2,
    operandLimit: 2,
  },
  true: {},
  false: {},
}

/** Programs of which exactly one word, the question for the version, is a read. */
const VERSION_ASKS: Readonly<Record<string, readonly string[]>> = {
  node: ['--version', '-v'],
  python: ['--version', '-V'],
  python3: ['--version', '-V'],
  git: ['--version'],
  jq: ['--version'],
  curl: ['--version'],
  bash: ['--version'],
  docker: ['--version'],
  promtool: ['--version'],
}

type CommandProof = (args: readonly Argument[], scope: ProofScope) => string | undefined

const OWN_PROOFS: Readonly<Record<string, CommandProof>> = {
  curl: proveCurl,
  git: proveGit,
  echo: () => undefined,
  ':': () => undefined,
  printf: provePrintf,
  sed: proveSed,
  set: proveSet,
  exit: (args) =>
    args.length === 0 || (args.length === 1 && /^[0-9]{1,3}$/.test(args[0]!.text))
      ? undefined
      : 'exit with more than a number',
  sleep: (args) =>
    args.length === 1 &&
    /^[0-9]{1,2}(?:\.[0-9]+)?s?$/.test(args[0]!.text) &&
    Number.parseFloat(args[0]!.text) <= PAUSE_LIMIT_S
      ? undefined
      : `a pause that is not a plain number of at most ${PAUSE_LIMIT_S} seconds`,
  promtool: provePromtool,
  find: proveFind,
}

/** Why the named command is not proven to read; undefined when it is. */
export function refuseCommand(
  name: string,
  args: readonly Argument[],
  scope: ProofScope,
): string | undefined {
  const only = args.length === 1 && args[0]!.isLiteral ? args[0]!.text : undefined
  const asks = Object.hasOwn(VERSION_ASKS, name) ? VERSION_ASKS[name] : undefined
  if (only !== undefined && asks?.includes(only) === true) return undefined
  const own = Object.hasOwn(OWN_PROOFS, name) ? OWN_PROOFS[name] : undefined
  const spec = Object.hasOwn(READS, name) ? READS[name] : undefined
  const refusal =
    own !== undefined
      ? own(args, scope)
      : spec !== undefined
        ? refuseArguments(args, spec, scope)
        : 'it is not on the list of reads'
  return refusal === undefined ? undefined : `${name}: ${refusal}`
}

function proveGit(args: readonly Argument[], scope: ProofScope): string | undefined {
  let at = 0
  while (['--no-pager', '--no-optional-locks'].includes(args[at]?.text ?? '')) at++
  const verb = args[at]
  if (verb === undefined || !verb.isLiteral) return 'no plain subcommand'
  const spec = Object.hasOwn(GIT_READS, verb.text) ? GIT_READS[verb.text] : undefined
  return spec === undefined
    ? 'the subcommand or an option before it is not on the list of reads'
    : refuseArguments(args.slice(at + 1), spec, scope)
}

/** `-v` assigns and `%n` assigns too; a subscript in the name would run commands. */
function provePrintf(args: readonly Argument[]): string | undefined {
  const format = args[0]
  if (format === undefined || !format.isLiteral) return 'the format is not written out'
  if (format.text.startsWith('-')) return 'the format looks like an option'
  const rest = format.text.replaceAll(/%(?:%|[-+ #0]*[0-9]*(?:\.[0-9]+)?[sdiuxXofgeEqbc])/g, '')
  return rest.includes('%') ? 'the format holds a directive that is not on the list' : undefined
}

/** Only `sed -n` with line numbers: sed's other commands can write files and run programs. */
function proveSed(args: readonly Argument[], scope: ProofScope): string | undefined {
  const [flag, program, ...files] = args
  if (
    flag?.text !== '-n' ||
    program?.isLiteral !== true ||
    !/^[0-9]{1,9}(?:,(?:[0-9]{1,9}|\$))?p$/.test(program.text)
  ) {
    return 'anything but -n with line numbers could write'
  }
  return refuseArguments(files, {}, scope)
}

function proveSet(args: readonly Argument[]): string | undefined {
  const text = args.map((argument) => argument.text).join(' ')
  return /^(?:-[Eeu]{1,3}|-[Eeu]{0,3}o pipefail)(?: -o pipefail)?$/.test(text)
    ? undefined
    : 'only strict mode may be set'
}

function provePromtool(args: readonly Argument[], scope: ProofScope): string | undefined {
  const [verb, what, ...files] = args
  if (verb?.text !== 'check' || !['rules', 'config', 'metrics'].includes(what?.text ?? ''))
    return 'only its checks of files read'
  return refuseArguments(files, {}, scope)
}

const FIND_TESTS = new Set([
  '-name',
  '-iname',
  '-path',
  '-type',
  '-maxdepth',
  '-mindepth',
  '-mtime',
  '-mmin',
  '-size',
  '-newer',
  '-empty',
  '-print',
])

function proveFind(args: readonly Argument[], scope: ProofScope): string | undefined {
  for (const argument of args) {
    if (argument.lead !== 'text') return 'a word is not written out'
    if (argument.hasGlob) return 'a pattern is not quoted'
    if (/^[(),!]/.test(argument.text)) return 'an expression that is not a plain test'
    if (/^-[a-zA-Z]/.test(argument.text) && !FIND_TESTS.has(argument.text))
      return 'a test or action that is not on the list of reads'
    const refusal = refuseAsOperand(argument, scope)
    if (refusal !== undefined) return refusal
  }
  return undefined
}
