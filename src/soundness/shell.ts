// Reads shell text into commands and says honestly when it does not understand it.
import type {
  AndOrList,
  IfCommand,
  LoopCommand,
  Pipeline,
  Script,
  ShellCommand,
  ShellReading,
  Word,
} from './shell-model.ts'
import {
  bareWordHere,
  enterLevel,
  refuseShell,
  SHELL_TEXT_LIMIT_CHARACTERS,
  ShellUnreadable,
  skipBlanks,
  skipLines,
  startsHere,
  takeBareWord,
} from './shell-scan.ts'
import type { ShellScan } from './shell-scan.ts'
import { readConditional } from './shell-conditional.ts'
import { readSimpleCommand, readTrailingRedirections, RESERVED_WORDS } from './shell-simple.ts'
import { readWord } from './shell-words.ts'

/** What ends a list of commands inside a compound command. */
const CLOSING = new Set('then elif else fi do done } esac'.split(' '))

/**
 * Reads `source` as bash. Never throws: text that is not understood (case, functions, arrays, `((…))`,
 * coprocesses, too long, too deep) is answered with the reason and the offset.
 */
export function parseShell(source: string): ShellReading {
  if (source.length > SHELL_TEXT_LIMIT_CHARACTERS) {
    return {
      isParsed: false,
      reason: `longer than ${SHELL_TEXT_LIMIT_CHARACTERS} characters`,
      offset: 0,
    }
  }
  const scan = newScan(source, 0)
  try {
    const script = readWhole(scan)
    return { isParsed: true, script, comments: scan.comments }
  } catch (thrown) {
    if (!(thrown instanceof ShellUnreadable)) throw thrown
    return { isParsed: false, reason: thrown.message, offset: thrown.offset }
  }
}

function newScan(source: string, depth: number): ShellScan {
  return {
    source,
    at: 0,
    depth,
    comments: [],
    pending: [],
    readNested: (scan) => readLists(scan, ')'),
    readApart: (text, level) => {
      const inner = newScan(text, level)
      enterLevel(inner)
      return readWhole(inner)
    },
  }
}

function readWhole(scan: ShellScan): Script {
  // A NUL or another control character has no honest place in a command that people review.
  const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(scan.source)
  if (control !== null) {
    scan.at = control.index
    throw refuseShell(scan, 'a control character')
  }
  const script = readLists(scan, undefined)
  if (scan.at < scan.source.length)
    throw refuseShell(scan, `an unexpected "${scan.source[scan.at]}"`)
  if (scan.pending.length > 0) throw refuseShell(scan, 'a heredoc without a body')
  return script
}

function readLists(scan: ShellScan, close: ')' | undefined): Script {
  const lists: AndOrList[] = []
  for (;;) {
    skipLines(scan)
    const char = scan.source[scan.at]
    if (char === undefined || (close !== undefined && char === close)) break
    if (CLOSING.has(bareWordHere(scan) ?? '')) break
    lists.push(readAndOr(scan))
  }
  return { lists }
}

function readAndOr(scan: ShellScan): AndOrList {
  const offset = scan.at
  const first = readPipeline(scan)
  const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = []
  for (;;) {
    skipBlanks(scan)
    const operator = startsHere(scan, '&&') ? '&&' : startsHere(scan, '||') ? '||' : undefined
    if (operator === undefined) break
    scan.at += 2
    skipLines(scan)
    rest.push({ operator, pipeline: readPipeline(scan) })
  }
  const isBackground = scan.source[scan.at] === '&'
  const next = scan.source[scan.at]
  if (next === ';' || next === '&') {
    scan.at++
    if (startsHere(scan, ';') || startsHere(scan, '&'))
      throw refuseShell(scan, 'a doubled separator')
  } else if (next !== undefined && next !== '\n' && next !== ')') {
    throw refuseShell(scan, `an unexpected "${next}"`)
  }
  return { first, rest, isBackground, offset }
}

function readPipeline(scan: ShellScan): Pipeline {
  const offset = scan.at
  let isNegated = false
  while (bareWordHere(scan) === '!') {
    if (isNegated) throw refuseShell(scan, 'a double negation')
    isNegated = true
    scan.at++
    skipBlanks(scan)
  }
  const commands = [readCommand(scan)]
  for (;;) {
    skipBlanks(scan)
    if (!startsHere(scan, '|') || startsHere(scan, '||')) break
    scan.at++
    // `|&` also sends the error stream.
    if (startsHere(scan, '&')) scan.at++
    skipLines(scan)
    commands.push(readCommand(scan))
  }
  return { isNegated, commands, offset }
}

function readCommand(scan: ShellScan): ShellCommand {
  skipBlanks(scan)
  const offset = scan.at
  if (startsHere(scan, '((')) throw refuseShell(scan, 'an arithmetic command')
  if (startsHere(scan, '(')) {
    scan.at++
    return readGroup(scan, 'subshell', offset)
  }
  const bare = bareWordHere(scan)
  if (bare === undefined || !RESERVED_WORDS.has(bare)) return readSimpleCommand(scan)
  switch (bare) {
    case '[[':
      return readConditional(scan)
    case '{':
      scan.at++
      return readGroup(scan, 'group', offset)
    case 'if':
      return readIf(scan)
    case 'while':
    case 'until':
    case 'for':
      return readLoop(scan, bare)
    default:
      throw refuseShell(scan, `"${bare}" is not read`)
  }
}

function readGroup(scan: ShellScan, kind: 'subshell' | 'group', offset: number): ShellCommand {
  enterLevel(scan)
  const script = readLists(scan, kind === 'subshell' ? ')' : undefined)
  if (script.lists.length === 0) throw refuseShell(scan, 'an empty group')
  const closing = kind === 'subshell' ? ')' : '}'
  if (scan.source[scan.at] !== closing) throw refuseShell(scan, `expected "${closing}"`)
  scan.at++
  scan.depth--
  return { kind, script, redirections: readTrailingRedirections(scan), offset }
}

function readIf(scan: ShellScan): IfCommand {
  const offset = scan.at
  enterLevel(scan)
  const branches: { test: Script; body: Script }[] = []
  let otherwise: Script | undefined
  let word: string | undefined = 'if'
  while (word === 'if' || word === 'elif') {
    takeBareWord(scan, word)
    const test = readFilled(scan)
    takeBareWord(scan, 'then')
    branches.push({ test, body: readFilled(scan) })
    word = bareWordHere(scan)
  }
  if (word === 'else') {
    takeBareWord(scan, 'else')
    otherwise = readFilled(scan)
  }
  takeBareWord(scan, 'fi')
  scan.depth--
  const redirections = readTrailingRedirections(scan)
  return {
    kind: 'if',
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
    redirections,
    offset,
  }
}

function readLoop(scan: ShellScan, keyword: LoopCommand['keyword']): LoopCommand {
  const offset = scan.at
  enterLevel(scan)
  takeBareWord(scan, keyword)
  let head: { name?: string; words: Word[]; test?: Script }
  if (keyword === 'for') head = readForHead(scan)
  else head = { words: [], test: readFilled(scan) }
  takeBareWord(scan, 'do')
  const body = readFilled(scan)
  takeBareWord(scan, 'done')
  scan.depth--
  return {
    kind: 'loop',
    keyword,
    ...head,
    body,
    redirections: readTrailingRedirections(scan),
    offset,
  }
}

function readForHead(scan: ShellScan): { name: string; words: Word[] } {
  skipBlanks(scan)
  const name = readWord(scan)?.raw ?? ''
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw refuseShell(scan, 'a loop without a plain name')
  takeBareWord(scan, 'in')
  const words: Word[] = []
  for (;;) {
    skipBlanks(scan)
    const word = readWord(scan)
    if (word === undefined) break
    words.push(word)
  }
  const separator = scan.source[scan.at]
  if (separator !== ';' && separator !== '\n')
    throw refuseShell(scan, 'a loop whose list does not end')
  if (separator === ';') scan.at++
  return { name, words }
}

function readFilled(scan: ShellScan): Script {
  const script = readLists(scan, undefined)
  if (script.lists.length === 0) throw refuseShell(scan, 'an empty part of a compound command')
  return script
}
