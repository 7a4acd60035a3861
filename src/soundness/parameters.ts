// Which names a block sets itself and which it expects from outside.
import type { CodeBlock } from './block.ts'
import type { Script, Word, WordPart } from './shell-model.ts'
import { listCommands } from './shell-view.ts'
import type { ShellReading } from './shell-model.ts'

/** Variables the shell or the runner provides. */
const PROVIDED = new Set(
  (
    'HOME PATH PWD OLDPWD USER LOGNAME SHELL UID EUID PPID RANDOM SRANDOM SECONDS LINENO HOSTNAME HOSTTYPE OSTYPE MACHTYPE ' +
    'IFS OPTARG OPTIND REPLY PIPESTATUS TMPDIR LANG SHLVL FUNCNAME EPOCHSECONDS EPOCHREALTIME TERM DIRSTACK GROUPS'
  ).split(' '),
)

const DECLARING = new Set(['export', 'local', 'declare', 'typeset', 'readonly'])

/** Names that some command of the script assigns. */
export function assignedNames(script: Script): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { command } of listCommands(script)) {
    for (const { name } of command.assignments) names.add(name)
    const verb = command.words[0]?.raw ?? ''
    for (const word of command.words.slice(1)) {
      const declared = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(word.raw)?.[1]
      if (DECLARING.has(verb) && declared !== undefined) names.add(declared)
      if (
        (verb === 'read' || verb === 'mapfile' || verb === 'readarray') &&
        /^[A-Za-z_][A-Za-z0-9_]*$/.test(word.raw)
      )
        names.add(word.raw)
    }
  }
  collectLoopNames(script, names)
  return names
}

function collectLoopNames(script: Script, names: Set<string>): void {
  for (const list of script.lists) {
    for (const pipeline of [list.first, ...list.rest.map((next) => next.pipeline)]) {
      for (const command of pipeline.commands) {
        if (command.kind === 'loop') {
          if (command.name !== undefined) names.add(command.name)
          collectLoopNames(command.body, names)
        } else if (command.kind === 'subshell' || command.kind === 'group')
          collectLoopNames(command.script, names)
      }
    }
  }
}

/** Names used and not set in the block, in order of first use; expansions with a default need nothing. */
export function externalParameters(
  block: CodeBlock,
  reading: ShellReading | undefined,
): readonly string[] {
  const names = reading?.isParsed === true ? usedNames(reading.script) : namesInText(block.source)
  const assigned = reading?.isParsed === true ? assignedNames(reading.script) : new Set<string>()
  const external = names.filter(
    (name) => !assigned.has(name) && !PROVIDED.has(name) && !name.startsWith('BASH'),
  )
  return [...new Set(external)]
}

/** For text that is not read as shell: every `$NAME` and `${NAME}` outside single quotes is taken for a parameter. */
function namesInText(source: string): readonly string[] {
  return [...source.matchAll(/\$(?:\{([A-Za-z_][A-Za-z0-9_]*)|([A-Za-z_][A-Za-z0-9_]*))/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
}

function usedNames(script: Script): readonly string[] {
  const names: string[] = []
  const visitParts = (parts: readonly WordPart[]): void => {
    for (const part of parts) {
      if (part.kind === 'arithmetic') names.push(...namesInText(part.text))
      if (part.kind !== 'parameter') continue
      if (part.form !== 'special' && !part.optional && /^[A-Za-z_]/.test(part.name))
        names.push(part.name)
      visitParts(part.inner)
    }
  }
  const visitWord = (word: Word): void => visitParts(word.parts)
  visitLoopWords(script, visitWord)
  for (const { command } of listCommands(script)) {
    for (const { value } of command.assignments) visitWord(value)
    for (const word of command.words) visitWord(word)
    for (const { target, body } of command.redirections) {
      visitWord(target)
      visitParts(body?.parts ?? [])
    }
  }
  return names
}

function visitLoopWords(script: Script, visit: (word: Word) => void): void {
  for (const list of script.lists) {
    for (const pipeline of [list.first, ...list.rest.map((next) => next.pipeline)]) {
      for (const command of pipeline.commands) {
        if (command.kind === 'loop') {
          for (const word of command.words) visit(word)
          visitLoopWords(command.body, visit)
        } else if (command.kind === 'subshell' || command.kind === 'group')
          visitLoopWords(command.script, visit)
      }
    }
  }
}
