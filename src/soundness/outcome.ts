// Which command decides a script's exit code, and what that code tells about the claim.
import type {
  AndOrList,
  IfCommand,
  LoopCommand,
  Pipeline,
  Script,
  ShellCommand,
} from './shell-model.ts'
import { argvOfCommand, literalOf } from './shell-view.ts'
import type { Telling } from './telling.ts'
import { isGrepForAnything, tellOf } from './telling.ts'
import { silentProducer } from './telling-output.ts'

/** A telling and the place of the command it is about. */
export interface Outcome {
  readonly telling: Telling
  readonly offset: number
}

export interface ShellModes {
  /** `set -e` before anything else runs. */
  readonly isErrexit: boolean
  readonly isPipefail: boolean
}

const NOTHING: Telling = { kind: 'vacuous', what: 'nothing at all' }

/** Modes the script itself switches on with its first commands. */
export function modesOf(script: Script): ShellModes {
  let isErrexit = false
  let isPipefail = false
  for (const list of script.lists) {
    const only =
      list.rest.length === 0 && list.first.commands.length === 1
        ? list.first.commands[0]
        : undefined
    if (only?.kind !== 'simple') break
    const words = only.words.map((word) => literalOf(word) ?? '')
    if (words[0] !== 'set') break
    if (words.slice(1).some((word) => /^-[A-Za-z]*e/.test(word) || word === 'errexit'))
      isErrexit = true
    if (words.includes('pipefail')) isPipefail = true
  }
  return { isErrexit, isPipefail }
}

/** What the script's exit code tells: its last list's, or under `set -e` the last one that can fail. */
export function outcomeOf(script: Script, modes: ShellModes): Outcome {
  const outcomes = script.lists.map((list) => outcomeOfList(list, modes))
  const last = outcomes.at(-1) ?? { telling: NOTHING, offset: 0 }
  if (!modes.isErrexit || last.telling.kind !== 'vacuous') return last
  return outcomes.findLast(({ telling }) => telling.kind !== 'vacuous') ?? last
}

export function outcomeOfList(list: AndOrList, modes: ShellModes): Outcome {
  if (list.isBackground)
    return {
      telling: { kind: 'vacuous', what: 'a command in the background' },
      offset: list.offset,
    }
  let state = outcomeOfPipeline(list.first, modes)
  for (const { operator, pipeline } of list.rest) {
    const next = outcomeOfPipeline(pipeline, modes)
    state = operator === '&&' ? afterAnd(state, next) : afterOr(state, next)
  }
  return state
}

function afterAnd(left: Outcome, right: Outcome): Outcome {
  if (right.telling.kind === 'checks' || right.telling.kind === 'fails') return right
  if (left.telling.kind === 'checks') return left
  return right.telling.kind === 'vacuous' ? left : right
}

function afterOr(left: Outcome, right: Outcome): Outcome {
  if (right.telling.kind === 'fails') return left
  if (right.telling.kind === 'vacuous') {
    return {
      telling: {
        kind: 'vacuous',
        what: `"|| ${right.telling.what}", which hides the failure before it`,
      },
      offset: right.offset,
    }
  }
  // Either side may give the zero, so the weaker one counts.
  return right.telling.kind === 'checks' ? left : right
}

function outcomeOfPipeline(pipeline: Pipeline, modes: ShellModes): Outcome {
  const { commands } = pipeline
  let last = commands.length - 1
  // With pipefail a filter that only copies leaves the decision to what feeds it.
  while (modes.isPipefail && last > 0 && isCopying(commands[last]!)) last--
  const { telling, offset } =
    tellOfAnything(commands, last) ?? outcomeOfCommand(commands[last]!, modes)
  if (!pipeline.isNegated || telling.kind === 'checks') return { telling, offset }
  if (telling.kind === 'vacuous') return { telling: { kind: 'fails' }, offset }
  return { telling: telling.kind === 'fails' ? NOTHING : telling, offset }
}

/** `find … | grep -q .` decides by whether anything was found. */
function tellOfAnything(commands: readonly ShellCommand[], last: number): Outcome | undefined {
  const command = commands[last]!
  if (command.kind !== 'simple' || !isGrepForAnything(argvOfCommand(command))) return undefined
  const producer = silentProducer(commands.slice(0, last))
  return producer === undefined
    ? undefined
    : {
        telling: { kind: 'checks', what: `depends on whether ${producer} prints anything` },
        offset: command.offset,
      }
}

function isCopying(command: ShellCommand): boolean {
  return command.kind === 'simple' && ['tee', 'cat'].includes(command.words[0]?.raw ?? '')
}

function outcomeOfCommand(command: ShellCommand, modes: ShellModes): Outcome {
  switch (command.kind) {
    case 'simple':
      return { telling: tellOf(command, argvOfCommand(command)), offset: command.offset }
    case 'subshell':
    case 'group':
      return outcomeOf(command.script, modes)
    case 'if':
      return outcomeOfIf(command, modes)
    case 'loop':
      return outcomeOfLoop(command, modes)
  }
}

/** An `if` decides only when one of its branches fails on purpose. */
function outcomeOfIf(command: IfCommand, modes: ShellModes): Outcome {
  const bodies = command.branches.map(({ body }) => outcomeOf(body, modes))
  if (command.otherwise !== undefined) bodies.push(outcomeOf(command.otherwise, modes))
  const { offset } = command
  const test = outcomeOf(command.branches[0]!.test, modes)
  if (bodies.some(({ telling }) => telling.kind === 'fails')) {
    return test.telling.kind === 'checks'
      ? { telling: test.telling, offset }
      : { telling: { kind: 'program', what: 'an if with a failing branch' }, offset }
  }
  if (command.otherwise !== undefined && bodies.every(({ telling }) => telling.kind === 'checks'))
    return bodies[0]!
  return { telling: { kind: 'vacuous', what: 'an if without a branch that fails' }, offset }
}

function outcomeOfLoop(command: LoopCommand, modes: ShellModes): Outcome {
  const { offset } = command
  const body = outcomeOf(command.body, modes)
  if (command.test !== undefined) {
    const test = outcomeOf(command.test, modes)
    // A loop that ends only when its test holds has proven it by ending.
    const waits = command.keyword === 'until' || command.test.lists.at(-1)?.first.isNegated === true
    if (waits && test.telling.kind === 'checks') return { telling: test.telling, offset }
  }
  if (body.telling.kind === 'vacuous')
    return {
      telling: { kind: 'vacuous', what: `a loop that ends with ${body.telling.what}` },
      offset,
    }
  return {
    telling: { kind: 'program', what: 'a loop has the exit code of its last round' },
    offset,
  }
}
