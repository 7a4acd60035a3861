// The reading position in a shell text, and the low steps every part of the parser takes.
import type { HeredocBody, Script, ShellComment } from './shell-model.ts'

/** Longer texts are not read. */
export const SHELL_TEXT_LIMIT_CHARACTERS = 65_536
/** Deeper nesting of substitutions and compound commands is not read. */
export const SHELL_NESTING_LIMIT_LEVELS = 24

/** A heredoc whose body starts after the next newline. */
export interface PendingHeredoc {
  readonly delimiter: string
  readonly isQuoted: boolean
  readonly stripsTabs: boolean
  accept(body: HeredocBody): void
}

export interface ShellScan {
  readonly source: string
  at: number
  depth: number
  readonly comments: ShellComment[]
  pending: PendingHeredoc[]
  /** Reads commands up to the closing parenthesis of a substitution; handed in so that words need no grammar. */
  readonly readNested: (scan: ShellScan) => Script
  /** Reads a text of its own, such as what stands between backticks. */
  readonly readApart: (source: string, depth: number) => Script
}

/** Raised inside the parser only; `parseShell` turns it into an honest "not parsed". */
export class ShellUnreadable extends Error {
  readonly offset: number

  constructor(reason: string, offset: number) {
    super(reason)
    this.name = 'ShellUnreadable'
    this.offset = offset
  }
}

export function refuseShell(scan: ShellScan, reason: string): ShellUnreadable {
  return new ShellUnreadable(reason, Math.min(scan.at, scan.source.length))
}

export function startsHere(scan: ShellScan, text: string): boolean {
  return scan.source.startsWith(text, scan.at)
}

export function enterLevel(scan: ShellScan): void {
  scan.depth++
  if (scan.depth > SHELL_NESTING_LIMIT_LEVELS) throw refuseShell(scan, 'nested too deeply')
}

/** Spaces, tabs, joined lines and comments; stops at a newline. */
export function skipBlanks(scan: ShellScan): void {
  const { source } = scan
  for (;;) {
    const char = source[scan.at]
    if (char === ' ' || char === '\t') scan.at++
    else if (char === '\r' && source[scan.at + 1] === '\n') scan.at++
    else if (char === '\\' && source[scan.at + 1] === '\n') scan.at += 2
    else if (char === '\\' && source.startsWith('\r\n', scan.at + 1)) scan.at += 3
    else if (char === '#') skipComment(scan)
    else return
  }
}

function skipComment(scan: ShellScan): void {
  const end = scan.source.indexOf('\n', scan.at)
  const stop = end === -1 ? scan.source.length : end
  scan.comments.push({ text: scan.source.slice(scan.at + 1, stop).trim(), offset: scan.at })
  scan.at = stop
}

/** True when at a character that ends an unquoted word. */
export function isWordEnd(char: string | undefined): boolean {
  return char === undefined || ' \t\r\n;&|<>()'.includes(char)
}

/** The reserved word that starts here, when it stands alone. */
export function bareWordHere(scan: ShellScan): string | undefined {
  const match = /^(?:\[\[|[a-z]+|[{}!])/.exec(scan.source.slice(scan.at, scan.at + 12))
  if (match === null || !isWordEnd(scan.source[scan.at + match[0].length])) return undefined
  return match[0]
}

export function takeBareWord(scan: ShellScan, expected: string): void {
  skipLines(scan)
  if (bareWordHere(scan) !== expected) throw refuseShell(scan, `expected "${expected}" here`)
  scan.at += expected.length
}

/** Newlines and blanks; a newline delivers the bodies of waiting heredocs. */
export function skipLines(scan: ShellScan): void {
  for (;;) {
    skipBlanks(scan)
    if (scan.source[scan.at] !== '\n') return
    scan.at++
    readHeredocBodies(scan)
  }
}

function readHeredocBodies(scan: ShellScan): void {
  const waiting = scan.pending
  scan.pending = []
  for (const heredoc of waiting) {
    const offset = scan.at
    let text = ''
    for (;;) {
      if (scan.at >= scan.source.length)
        throw refuseShell(scan, `the heredoc "${heredoc.delimiter}" has no end`)
      const newline = scan.source.indexOf('\n', scan.at)
      const stop = newline === -1 ? scan.source.length : newline
      const line = scan.source.slice(scan.at, stop)
      const shown = heredoc.stripsTabs ? line.replace(/^\t+/, '') : line
      scan.at = Math.min(stop + 1, scan.source.length)
      // A joined line could hide the delimiter from a reader who counts lines.
      if (!heredoc.isQuoted && shown.endsWith('\\'))
        throw refuseShell(scan, 'a joined line inside a heredoc')
      if (shown.replace(/\r$/, '') === heredoc.delimiter) break
      text += shown + '\n'
    }
    heredoc.accept({ text, offset, isQuoted: heredoc.isQuoted, parts: [] })
  }
}
