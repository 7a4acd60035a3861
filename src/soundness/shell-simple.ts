// Reads simple commands: assignments, words and redirections.
import type { Redirection, ShellAssignment, SimpleCommand, Word } from './shell-model.ts'
import { readRedirection } from './shell-redirection.ts'
import { isWordEnd, refuseShell, skipBlanks, startsHere } from './shell-scan.ts'
import type { ShellScan } from './shell-scan.ts'
import { readWord } from './shell-words.ts'

/** Words that open or close something where a command may start. */
export const RESERVED_WORDS = new Set(
  'if then elif else fi while until do done for case esac function select coproc time in { } ! [['.split(
    ' ',
  ),
)

/** The redirections after a compound command. */
export function readTrailingRedirections(scan: ShellScan): readonly Redirection[] {
  const redirections: Redirection[] = []
  for (;;) {
    skipBlanks(scan)
    const redirection = readRedirection(scan)
    if (redirection === undefined) return redirections
    redirections.push(redirection)
  }
}

/** Assignments, words and redirections up to what ends a command. */
export function readSimpleCommand(scan: ShellScan): SimpleCommand {
  const offset = scan.at
  const assignments: ShellAssignment[] = []
  const words: Word[] = []
  const redirections: Redirection[] = []
  for (;;) {
    skipBlanks(scan)
    const redirection = readRedirection(scan)
    if (redirection !== undefined) {
      redirections.push(redirection)
      continue
    }
    const assignment = words.length === 0 ? readAssignment(scan) : undefined
    if (assignment !== undefined) {
      assignments.push(assignment)
      continue
    }
    const word = readWord(scan)
    if (word === undefined) break
    words.push(word)
  }
  const name = words[0]?.raw.replaceAll('\\\n', '')
  // Bash reads a reserved word after a redirection as a command's name; people do not.
  if (name !== undefined && RESERVED_WORDS.has(name))
    throw refuseShell(scan, `"${name}" where no command can be named so`)
  if (/^[A-Za-z_][A-Za-z0-9_]*\[/.test(name ?? '')) throw refuseShell(scan, 'an array element')
  if (startsHere(scan, '('))
    throw refuseShell(scan, 'a function, an array or a pattern in parentheses')
  if (assignments.length + words.length + redirections.length === 0)
    throw refuseShell(scan, 'a missing command')
  return { kind: 'simple', assignments, words, redirections, offset }
}

function readAssignment(scan: ShellScan): ShellAssignment | undefined {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(\+?)=/.exec(scan.source.slice(scan.at, scan.at + 256))
  if (match === null) return undefined
  scan.at += match[0].length
  if (startsHere(scan, '(')) throw refuseShell(scan, 'an array')
  const offset = scan.at
  const value = isWordEnd(scan.source[scan.at]) ? undefined : readWord(scan)
  return {
    name: match[1]!,
    value: value ?? { parts: [], raw: '', offset },
    appends: match[2] === '+',
  }
}
