// What rules ask of a parsed script: its simple commands with their surroundings, and words as plain text.
import type {
  AndOrList,
  Pipeline,
  Redirection,
  Script,
  ShellCommand,
  SimpleCommand,
  Word,
  WordPart,
} from './shell-model.ts'

/** A simple command and where it stands. */
export interface PlacedCommand {
  readonly command: SimpleCommand
  readonly pipeline: Pipeline
  /** What the next command of the pipeline is, when there is one. */
  readonly feeds: ShellCommand | undefined
  readonly isSubstituted: boolean
  readonly isInLoop: boolean
  /** Words as text with wrappers such as `sudo` and `timeout 5` taken off; expansions appear as written. */
  readonly argv: readonly string[]
}

interface Surroundings {
  readonly isSubstituted: boolean
  readonly isInLoop: boolean
}

/** Every simple command in reading order, those inside substitutions and compound commands included. */
export function listCommands(script: Script): readonly PlacedCommand[] {
  const found: PlacedCommand[] = []
  visitScript(script, { isSubstituted: false, isInLoop: false }, found)
  return found
}

function visitScript(script: Script, around: Surroundings, found: PlacedCommand[]): void {
  for (const list of script.lists) {
    for (const pipeline of pipelinesOf(list)) {
      for (const [i, command] of pipeline.commands.entries()) {
        visitCommand(command, pipeline, pipeline.commands[i + 1], around, found)
      }
    }
  }
}

function visitCommand(
  command: ShellCommand,
  pipeline: Pipeline,
  feeds: ShellCommand | undefined,
  around: Surroundings,
  found: PlacedCommand[],
): void {
  visitInside(command, pipeline, feeds, around, found)
  for (const { target, body } of command.redirections) {
    visitParts(target.parts, around, found)
    visitParts(body?.parts ?? [], around, found)
  }
}

function visitInside(
  command: ShellCommand,
  pipeline: Pipeline,
  feeds: ShellCommand | undefined,
  around: Surroundings,
  found: PlacedCommand[],
): void {
  switch (command.kind) {
    case 'simple':
      found.push({ command, pipeline, feeds, ...around, argv: argvOfCommand(command) })
      for (const { value } of command.assignments) visitParts(value.parts, around, found)
      for (const word of command.words) visitParts(word.parts, around, found)
      return
    case 'subshell':
    case 'group':
      return visitScript(command.script, around, found)
    case 'if':
      for (const { test, body } of command.branches) {
        visitScript(test, around, found)
        visitScript(body, around, found)
      }
      if (command.otherwise !== undefined) visitScript(command.otherwise, around, found)
      return
    case 'loop': {
      const inside = { ...around, isInLoop: true }
      for (const word of command.words) visitParts(word.parts, around, found)
      if (command.test !== undefined) visitScript(command.test, inside, found)
      visitScript(command.body, inside, found)
    }
  }
}

function visitParts(
  parts: readonly WordPart[],
  around: Surroundings,
  found: PlacedCommand[],
): void {
  for (const part of parts) {
    if (part.kind === 'substitution')
      visitScript(part.script, { ...around, isSubstituted: true }, found)
    else if (part.kind === 'parameter') visitParts(part.inner, around, found)
  }
}

export function pipelinesOf(list: AndOrList): readonly Pipeline[] {
  return [list.first, ...list.rest.map(({ pipeline }) => pipeline)]
}

/** The word's text when it holds nothing but text. */
export function literalOf(word: Word): string | undefined {
  let text = ''
  for (const part of word.parts) {
    if (part.kind !== 'text' || part.quoting === 'ansi') return undefined
    text += part.text
  }
  return text
}

/** The word for reading: quotes gone, expansions as `$NAME` or `$(…)`. Never used for a proof. */
export function shownWord(word: Word): string {
  let text = ''
  for (const part of word.parts) {
    if (part.kind === 'text') text += part.text
    else if (part.kind === 'parameter') text += `$${part.name}`
    else text += '$(…)'
  }
  return text
}

/** Commands that only start another one, with the number of words of their own after their options. */
const WRAPPERS: Readonly<Record<string, number>> = {
  sudo: 0,
  time: 0,
  nohup: 0,
  exec: 0,
  command: 0,
  env: 0,
  nice: 0,
  timeout: 1,
}
const WRAPPERS_LIMIT = 8

export function argvOfCommand(command: SimpleCommand): readonly string[] {
  let argv = command.words.map(shownWord)
  for (let round = 0; round < WRAPPERS_LIMIT; round++) {
    const own = WRAPPERS[argv[0] ?? '']
    if (own === undefined || argv.length < 2) break
    argv = argv.slice(1)
    while (argv[0]?.startsWith('-') === true || /^[A-Za-z_][A-Za-z0-9_]*=/.test(argv[0] ?? ''))
      argv = argv.slice(1)
    argv = argv.slice(own)
  }
  const [name, ...rest] = argv
  return name === undefined ? [] : [name.replace(/^\/(?:usr\/)?(?:local\/)?bin\//, ''), ...rest]
}

/** True when the redirection makes or changes a file. */
export function writesFile(redirection: Redirection): boolean {
  const { operator, target } = redirection
  if (!operator.includes('>')) return false
  const text = shownWord(target)
  if (operator === '>&' && /^[0-9]+$|^-$/.test(text)) return false
  return !['/dev/null', '/dev/stdout', '/dev/stderr'].includes(text)
}

/** Words after the name that are not options; an option's separate value counts as one. */
export function operandsOf(argv: readonly string[]): readonly string[] {
  return argv.slice(1).filter((word) => !word.startsWith('-'))
}
