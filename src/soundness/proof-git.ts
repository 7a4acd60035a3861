// The git subcommands that can only read, with their options. Configuration (drivers, pager, aliases) is the operator's.
import type { ReadArguments, ReadCommand } from './proof-options.ts'

const FORMATS = new Set(['--format', '--pretty'])

/** `%G…` starts the configured signature program. */
function refuseSignatureFormat({ options }: ReadArguments): string | undefined {
  for (const { name, value } of options) {
    if (
      FORMATS.has(name) &&
      value !== undefined &&
      (!/^[^\0]*$/.test(value.text) || /%[-+ ]?G/.test(value.text))
    ) {
      return 'a format that checks signatures or is not written out'
    }
  }
  return undefined
}

const SELECTION = [
  'oneline',
  'no-merges',
  'merges',
  'first-parent',
  'reverse',
  'all',
  'tags',
  'stat',
  'name-only',
  'name-status',
  'decorate',
  'graph',
  'no-decorate',
  'no-color',
  'abbrev-commit',
]

export const GIT_READS: Readonly<Record<string, ReadCommand>> = {
  status: {
    flags: 'sb',
    long: ['short', 'branch', 'porcelain', 'long'],
    longValued: ['porcelain', 'untracked-files'],
  },
  log: {
    valued: 'n',
    isNumeric: true,
    long: SELECTION,
    longValued: [
      'format',
      'pretty',
      'since',
      'until',
      'after',
      'before',
      'author',
      'grep',
      'max-count',
      'date',
      'abbrev',
    ],
    check: refuseSignatureFormat,
  },
  show: {
    flags: 's',
    long: [
      'no-patch',
      'oneline',
      'stat',
      'name-only',
      'name-status',
      'no-color',
      'no-ext-diff',
      'no-textconv',
      'abbrev-commit',
    ],
    longValued: ['format', 'pretty', 'date'],
    check: refuseSignatureFormat,
  },
  diff: {
    flags: 'wb',
    valued: 'U',
    long: [
      'quiet',
      'exit-code',
      'stat',
      'shortstat',
      'numstat',
      'name-only',
      'name-status',
      'cached',
      'staged',
      'check',
      'no-ext-diff',
      'no-textconv',
      'no-color',
    ],
    longValued: ['diff-filter'],
  },
  'rev-parse': {
    flags: 'q',
    long: ['verify', 'quiet', 'short', 'abbrev-ref', 'show-toplevel', 'is-inside-work-tree'],
    longValued: ['short'],
    acceptsEquals: true,
  },
  describe: {
    long: ['tags', 'always', 'exact-match', 'dirty', 'long', 'all', 'contains'],
    longValued: ['abbrev', 'match'],
  },
  'merge-base': { flags: 'a', long: ['is-ancestor', 'all'], operandMinimum: 2 },
  'ls-files': {
    flags: 'zmdos',
    long: ['error-unmatch', 'others', 'exclude-standard', 'modified', 'deleted', 'stage', 'cached'],
  },
}
