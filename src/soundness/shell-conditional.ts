// Reads `[[ … ]]`, inside which redirection and list characters mean something else.
import type { SimpleCommand, Word } from './shell-model.ts'
import { bareWordHere, refuseShell, skipBlanks, skipLines, startsHere } from './shell-scan.ts'
import type { ShellScan } from './shell-scan.ts'
import { readWord } from './shell-words.ts'
import { readRedirection } from './shell-redirection.ts'

const OPERATORS = ['&&', '||', '<', '>', '(', ')']

export function readConditional(scan: ShellScan): SimpleCommand {
  const offset = scan.at
  const words: Word[] = [operatorWord(scan, '[[')]
  for (;;) {
    skipLines(scan)
    if (startsHere(scan, ']]')) {
      words.push(operatorWord(scan, ']]'))
      break
    }
    const operator = OPERATORS.find((known) => startsHere(scan, known))
    const isProcess = (operator === '<' || operator === '>') && scan.source[scan.at + 1] === '('
    if (operator !== undefined && !isProcess) words.push(operatorWord(scan, operator))
    else if (bareWordHere(scan) === '!') words.push(operatorWord(scan, '!'))
    else {
      const word = readWord(scan, words.at(-1)?.raw === '=~')
      if (word === undefined) throw refuseShell(scan, '"[[" without "]]"')
      words.push(word)
    }
  }
  const redirections = []
  for (;;) {
    skipBlanks(scan)
    const redirection = readRedirection(scan)
    if (redirection === undefined) break
    redirections.push(redirection)
  }
  return { kind: 'simple', assignments: [], words, redirections, offset }
}

function operatorWord(scan: ShellScan, text: string): Word {
  const offset = scan.at
  scan.at += text.length
  return { parts: [{ kind: 'text', text, quoting: 'none' }], raw: text, offset }
}
