// Proves that a parsed script can only read: an allow-list over every simple command, its words and its redirections.
import { refuseCommand } from './proof-commands.ts'
import { proveConditionalArguments, proveTestArguments } from './proof-test.ts'
import { hasParentStep, proveWord } from './proof-words.ts'
import type { Argument, ProofScope } from './proof-words.ts'
import type { Redirection, Script, ShellCommand, SimpleCommand, Word } from './shell-model.ts'
import { literalOf, pipelinesOf } from './shell-view.ts'

/** Upper-case names a block may assign: none of them means anything to the shell or to a listed command. */
const PLAIN_NAMES = new Set(
  'STATUS CODE COUNT RESULT RESPONSE BODY OUTPUT HTTP_CODE HTTP_STATUS EXPECTED ACTUAL ANSWER VALUE'.split(
    ' ',
  ),
)

/** Why the script is not proven to read; undefined when it is. */
export function refuseScript(script: Script, scope: ProofScope): string | undefined {
  for (const list of script.lists) {
    if (list.isBackground) return 'a command runs in the background'
    for (const pipeline of pipelinesOf(list)) {
      for (const command of pipeline.commands) {
        const refusal = refuseShellCommand(command, scope)
        if (refusal !== undefined) return refusal
      }
    }
  }
  return undefined
}

function refuseShellCommand(command: ShellCommand, scope: ProofScope): string | undefined {
  for (const redirection of command.redirections) {
    const refusal = refuseRedirection(redirection, scope)
    if (refusal !== undefined) return refusal
  }
  switch (command.kind) {
    case 'simple':
      return refuseSimple(command, scope)
    case 'subshell':
    case 'group':
      return refuseScript(command.script, scope)
    case 'if': {
      const parts = command.branches.flatMap(({ test, body }) => [test, body])
      if (command.otherwise !== undefined) parts.push(command.otherwise)
      for (const part of parts) {
        const refusal = refuseScript(part, scope)
        if (refusal !== undefined) return refusal
      }
      return undefined
    }
    case 'loop':
      return 'a loop'
  }
}

function refuseSimple(command: SimpleCommand, scope: ProofScope): string | undefined {
  if (command.words.length === 0 && command.assignments.length > 0)
    return refuseAssignments(command, scope)
  if (command.assignments.length > 0)
    return 'a variable set for one command can change what it does'
  const [first, ...rest] = command.words
  if (first === undefined) return 'a redirection without a command'
  const name = first.parts.length === 1 && first.raw === literalOf(first) ? first.raw : undefined
  // Quotes, escapes, patterns and expansions have no honest use in a command's name.
  if (name === undefined || !/^(?:[a-z][a-z0-9-]*|\[|\[\[|:)$/.test(name))
    return 'the command is not named plainly'
  const isConditional = name === '[['
  const args: Argument[] = []
  for (const word of rest) {
    const proven = proveWord(word, scope, !isConditional)
    if ('refusal' in proven) return proven.refusal
    args.push(proven.value)
  }
  if (name === 'test') return proveTestArguments(args)
  if (name === '[' || isConditional) {
    const last = args.pop()
    if (last?.isLiteral !== true || last.text !== (isConditional ? ']]' : ']'))
      return 'a test without its end'
    return isConditional ? proveConditionalArguments(args) : proveTestArguments(args)
  }
  return refuseCommand(name, args, scope)
}

function refuseAssignments(command: SimpleCommand, scope: ProofScope): string | undefined {
  for (const { name, value, appends } of command.assignments) {
    const isPlain =
      (/^[a-z][a-z0-9_]*$/.test(name) && !name.endsWith('_proxy')) || PLAIN_NAMES.has(name)
    if (!isPlain || appends) return `setting ${name} could change what later commands do`
    const proven = proveWord(value, scope, false)
    if ('refusal' in proven) return proven.refusal
  }
  return undefined
}

function refuseRedirection(redirection: Redirection, scope: ProofScope): string | undefined {
  const { operator, target, body } = redirection
  const text = literalOf(target)
  switch (operator) {
    case '>':
    case '>>':
    case '>|':
    case '&>':
    case '&>>':
      return text === '/dev/null' ? undefined : 'output goes to a file'
    case '>&':
    case '<&':
      return text !== undefined && /^[0-9]$/.test(text)
        ? undefined
        : 'a descriptor that is not a plain number'
    case '<':
      // Bash opens network connections for /dev/tcp and /dev/udp.
      return isPlainPath(target, text)
        ? undefined
        : 'input comes from a place that is not written out'
    case '<<<': {
      const proven = proveWord(target, scope, false)
      return 'refusal' in proven ? proven.refusal : undefined
    }
    case '<<':
    case '<<-':
      return body !== undefined && (body.isQuoted || !/[$`\\]/.test(body.text))
        ? undefined
        : 'a heredoc with expansions'
    default:
      return `the redirection ${operator}`
  }
}

function isPlainPath(word: Word, text: string | undefined): boolean {
  return (
    text !== undefined &&
    (text === '/dev/null' ||
      (/^[A-Za-z0-9_.-][A-Za-z0-9_./-]*$/.test(text) && !hasParentStep(text))) &&
    !word.raw.startsWith('~')
  )
}
