// Reads one shell word: quoting, expansions and substitutions, kept apart part by part.
import type { HeredocBody, ParameterPart, Quoting, Word, WordPart } from './shell-model.ts'
import { enterLevel, isWordEnd, refuseShell, startsHere } from './shell-scan.ts'
import type { ShellScan } from './shell-scan.ts'

/** Collects parts and joins neighbouring text of the same quoting. */
class PartList {
  readonly parts: WordPart[] = []

  addText(text: string, quoting: Quoting): void {
    const last = this.parts.at(-1)
    if (last?.kind === 'text' && last.quoting === quoting) {
      this.parts[this.parts.length - 1] = { kind: 'text', text: last.text + text, quoting }
    } else this.parts.push({ kind: 'text', text, quoting })
  }
}

/** Reads a word; `inRegex` keeps `( ) |` as text, as after `=~`. Undefined when no word starts here. */
export function readWord(scan: ShellScan, inRegex = false): Word | undefined {
  const offset = scan.at
  const list = new PartList()
  let parenDepth = 0
  for (;;) {
    const char = scan.source[scan.at]
    if (inRegex && char !== undefined && '()|'.includes(char)) {
      parenDepth += char === '(' ? 1 : char === ')' ? -1 : 0
      list.addText(char, 'none')
      scan.at++
    } else if ((char === '<' || char === '>') && scan.source[scan.at + 1] === '(') {
      scan.at += 2
      list.parts.push(readSubstitution(scan, 'process', false))
    } else if (isWordEnd(char)) {
      if (parenDepth !== 0) throw refuseShell(scan, 'a pattern with blanks inside parentheses')
      break
    } else readUnquotedPiece(scan, list)
  }
  if (scan.at === offset) return undefined
  const raw = scan.source.slice(offset, scan.at)
  if (scan.pending.length > 0 && raw.includes('\n'))
    throw refuseShell(scan, 'a word over a line end before a heredoc')
  return { parts: list.parts, raw, offset }
}

function readUnquotedPiece(scan: ShellScan, list: PartList): void {
  const char = scan.source[scan.at]!
  const next = scan.source[scan.at + 1]
  if (char === '\\') {
    if (next === undefined) throw refuseShell(scan, 'a backslash at the end')
    if (next !== '\n') list.addText(next, 'escape')
    scan.at += 2
  } else if (char === "'") list.addText(readUntilQuote(scan, 1), 'single')
  else if (char === '"') readDoubleQuoted(scan, list)
  else if (char === '$' && next === "'") list.addText(readAnsiQuoted(scan), 'ansi')
  else if (char === '$' && next === '"') throw refuseShell(scan, 'a translated string')
  else if (char === '$') readDollar(scan, list, false)
  else if (char === '`') list.parts.push(readBackticks(scan, false))
  else {
    list.addText(char, 'none')
    scan.at++
  }
}

function readUntilQuote(scan: ShellScan, skip: number): string {
  const start = scan.at + skip
  const end = scan.source.indexOf("'", start)
  if (end === -1) throw refuseShell(scan, 'a single quote without its end')
  scan.at = end + 1
  return scan.source.slice(start, end)
}

function readAnsiQuoted(scan: ShellScan): string {
  const start = scan.at + 2
  for (let at = start; at < scan.source.length; at++) {
    if (scan.source[at] === '\\') at++
    else if (scan.source[at] === "'") {
      scan.at = at + 1
      return scan.source.slice(start, at)
    }
  }
  throw refuseShell(scan, 'a quote without its end')
}

function readDoubleQuoted(scan: ShellScan, list: PartList): void {
  scan.at++
  list.addText('', 'double')
  for (;;) {
    const char = scan.source[scan.at]
    if (char === undefined) throw refuseShell(scan, 'a double quote without its end')
    if (char === '"') {
      scan.at++
      return
    }
    readQuotedPiece(scan, list, true)
  }
}

/** One step inside double quotes or a heredoc body, where only `$`, backtick and some backslashes are special. */
function readQuotedPiece(scan: ShellScan, list: PartList, escapesQuote: boolean): void {
  const char = scan.source[scan.at]!
  const next = scan.source[scan.at + 1]
  if (
    char === '\\' &&
    next !== undefined &&
    ('$`\\'.includes(next) || (escapesQuote && next === '"'))
  ) {
    list.addText(next, 'double')
    scan.at += 2
  } else if (char === '\\' && next === '\n') scan.at += 2
  else if (char === '$') readDollar(scan, list, true)
  else if (char === '`') list.parts.push(readBackticks(scan, true))
  else {
    list.addText(char, 'double')
    scan.at++
  }
}

/** The parts of an unquoted heredoc's body. */
export function readHeredocParts(scan: ShellScan, body: HeredocBody): readonly WordPart[] {
  const source = ' '.repeat(body.offset) + body.text
  const inner: ShellScan = { ...scan, source, at: body.offset, pending: [], comments: [] }
  const list = new PartList()
  while (inner.at < source.length) readQuotedPiece(inner, list, false)
  return list.parts
}

function readDollar(scan: ShellScan, list: PartList, quoted: boolean): void {
  const quoting: Quoting = quoted ? 'double' : 'none'
  const rest = scan.source.slice(scan.at, scan.at + 256)
  const plain = /^\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})/.exec(rest)
  if (plain !== null) {
    const name = plain[1] ?? plain[2] ?? ''
    list.parts.push(parameterPart(name, name === '_' ? 'special' : 'plain', quoted))
    scan.at += plain[0].length
  } else if (rest.startsWith('$((')) list.parts.push(readArithmetic(scan, quoted))
  else if (rest.startsWith('$[')) throw refuseShell(scan, 'old arithmetic $[…]')
  else if (rest.startsWith('$(')) {
    scan.at += 2
    list.parts.push(readSubstitution(scan, 'dollar', quoted))
  } else if (rest.startsWith('${')) list.parts.push(readBraces(scan, quoted))
  else if (/^\$[0-9@*#?$!-]/.test(rest)) {
    list.parts.push(parameterPart(rest[1]!, 'special', quoted))
    scan.at += 2
  } else {
    list.addText('$', quoting)
    scan.at++
  }
}

function parameterPart(name: string, form: ParameterPart['form'], quoted: boolean): ParameterPart {
  return { kind: 'parameter', name, form, optional: false, quoted, inner: [] }
}

function readSubstitution(scan: ShellScan, form: 'dollar' | 'process', quoted: boolean): WordPart {
  if (scan.pending.length > 0)
    throw refuseShell(scan, 'a substitution between a heredoc and its body')
  enterLevel(scan)
  const script = scan.readNested(scan)
  if (scan.source[scan.at] !== ')') throw refuseShell(scan, 'a substitution without its end')
  if (scan.pending.length > 0)
    throw refuseShell(scan, 'a heredoc whose body is outside its substitution')
  scan.at++
  scan.depth--
  return { kind: 'substitution', form, script, quoted }
}

function readBackticks(scan: ShellScan, quoted: boolean): WordPart {
  let inner = ''
  const start = scan.at + 1
  for (let at = start; at < scan.source.length; at++) {
    const char = scan.source[at]!
    const next = scan.source[at + 1]
    if (char === '`') {
      scan.at = at + 1
      // Blanks in front keep the offsets of commands inside close to where they stand.
      const script = scan.readApart(' '.repeat(start) + inner, scan.depth + 1)
      return { kind: 'substitution', form: 'backtick', script, quoted }
    }
    if (
      char === '\\' &&
      next !== undefined &&
      ('$`\\'.includes(next) || (quoted && next === '"'))
    ) {
      inner += next
      at++
    } else inner += char
  }
  throw refuseShell(scan, 'a backtick without its end')
}

function readArithmetic(scan: ShellScan, quoted: boolean): WordPart {
  const start = scan.at + 3
  let depth = 2
  for (let at = start; at < scan.source.length; at++) {
    const char = scan.source[at]!
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === '\n' || char === '"' || char === "'") break
    if (depth === 1 && scan.source[at + 1] !== ')') break
    if (depth === 0) {
      scan.at = at + 1
      return { kind: 'arithmetic', text: scan.source.slice(start, at - 1), quoted }
    }
  }
  throw refuseShell(scan, 'arithmetic that is not plain')
}

/** `${…}` beyond a bare name: kept with its inner parts, so that nested commands stay visible. */
function readBraces(scan: ShellScan, quoted: boolean): WordPart {
  enterLevel(scan)
  scan.at += 2
  const head = /^[!#]?([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(
    scan.source.slice(scan.at, scan.at + 256),
  )
  if (head === null) throw refuseShell(scan, 'an expansion that is not a parameter')
  scan.at += head[0].length
  const optional = /^:?[-=+]/.test(scan.source.slice(scan.at, scan.at + 2))
  const list = new PartList()
  while (!startsHere(scan, '}')) {
    const char = scan.source[scan.at]
    if (char === undefined || char === '\n') throw refuseShell(scan, 'an expansion without its end')
    if (char === '"') readDoubleQuoted(scan, list)
    else if (char === "'" && !quoted) list.addText(readUntilQuote(scan, 1), 'single')
    else if (char === '{') throw refuseShell(scan, 'a brace inside an expansion')
    else if (char === '\\') {
      list.addText(scan.source[scan.at + 1] ?? '', 'escape')
      scan.at += 2
    } else readQuotedPiece(scan, list, true)
  }
  scan.at++
  scan.depth--
  return { kind: 'parameter', name: head[1]!, form: 'complex', optional, quoted, inner: list.parts }
}
