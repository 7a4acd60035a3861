// Reads redirections, heredocs and here-strings.
import type { HeredocBody, Redirection, Word } from './shell-model.ts'
import { refuseShell, skipBlanks, startsHere } from './shell-scan.ts'
import type { ShellScan } from './shell-scan.ts'
import { readHeredocParts, readWord } from './shell-words.ts'

/** Longest first, so that the first match is the operator. */
const OPERATORS = ['<<<', '<<-', '&>>', '<<', '<>', '<&', '>>', '>|', '>&', '&>', '<', '>']

/** Reads the redirection that starts here; undefined when none does. */
export function readRedirection(scan: ShellScan): Redirection | undefined {
  const offset = scan.at
  const digits = /^[0-9]{1,3}(?=[<>])/.exec(scan.source.slice(scan.at, scan.at + 4))?.[0]
  const start = scan.at + (digits?.length ?? 0)
  const operator = OPERATORS.find((known) => scan.source.startsWith(known, start))
  if (operator === undefined) return undefined
  // `<(` and `>(` are process substitutions, which are words.
  if (operator.length === 1 && scan.source[start + 1] === '(' && digits === undefined)
    return undefined
  scan.at = start + operator.length
  skipSpaces(scan)
  const target = readWord(scan)
  if (target === undefined) throw refuseShell(scan, `nothing after "${operator}"`)
  const redirection = {
    operator,
    ...(digits === undefined ? {} : { descriptor: digits }),
    target,
    offset,
  }
  return operator === '<<' || operator === '<<-' ? awaitHeredoc(scan, redirection) : redirection
}

/** Blanks only: a `#` after an operator is no comment that a person would see as one. */
function skipSpaces(scan: ShellScan): void {
  if (startsHere(scan, '#')) throw refuseShell(scan, 'a comment instead of a target')
  skipBlanks(scan)
}

function awaitHeredoc(scan: ShellScan, redirection: Redirection): Redirection {
  const { delimiter, isQuoted } = delimiterOf(scan, redirection.target)
  let body: HeredocBody | undefined
  scan.pending.push({
    delimiter,
    isQuoted,
    stripsTabs: redirection.operator === '<<-',
    accept: (read) => {
      body = isQuoted ? read : { ...read, parts: readHeredocParts(scan, read) }
    },
  })
  return {
    ...redirection,
    // The body comes after the line is read; whoever asks before sees an empty one.
    get body(): HeredocBody {
      return body ?? { text: '', offset: redirection.offset, isQuoted, parts: [] }
    },
  }
}

function delimiterOf(scan: ShellScan, word: Word): { delimiter: string; isQuoted: boolean } {
  let delimiter = ''
  let isQuoted = false
  for (const part of word.parts) {
    if (part.kind !== 'text' || part.quoting === 'ansi')
      throw refuseShell(scan, 'a heredoc delimiter that is not plain')
    delimiter += part.text
    if (part.quoting !== 'none') isQuoted = true
  }
  if (delimiter === '' || delimiter.includes('\n'))
    throw refuseShell(scan, 'a heredoc delimiter that is not plain')
  return { delimiter, isQuoted }
}
