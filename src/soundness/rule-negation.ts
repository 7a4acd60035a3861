// Rules about negation: `!` and `if … then exit 1` take a command that broke for the answer "no".
import type { Finding } from './block.ts'
import type { LintContext } from './lint-context.ts'
import { makeFinding } from './lint-context.ts'
import { outcomeOf } from './outcome.ts'
import type { IfCommand, Pipeline, Script, ShellCommand, SimpleCommand } from './shell-model.ts'
import { argvOfCommand, operandsOf, pipelinesOf, shownWord } from './shell-view.ts'
import { tellOf } from './telling.ts'

/**
 * Negations that can make the block succeed although the command broke. `while ! …` and `if ! …; then exit 1` are
 * left alone: there a command that breaks keeps the loop waiting or fails the block.
 */
export function findNegatedExits(context: LintContext): readonly Finding[] {
  const findings: Finding[] = []
  const ignored = ignoredNegations(context.script)
  visitNegations(context.script, (pipeline) => {
    if (!ignored.has(pipeline)) findings.push(...judgeNegation(context, pipeline))
  })
  for (const command of compoundsOf(context.script)) {
    if (command.kind !== 'if') continue
    const decisive = invertedTest(command)
    if (decisive === undefined || isHonestNo(decisive.commands)) continue
    const name = shownName(decisive)
    const message = `if ${name} breaks, the branch that fails is not taken and the block succeeds`
    findings.push(makeFinding(context.block, 'negated-exit', decisive.offset, message))
  }
  return findings
}

/** Negated checks before the last list decide nothing at all; `last-command-only` says so. */
function ignoredNegations(script: Script): ReadonlySet<Pipeline> {
  const ends = script.lists.slice(0, -1).map((list) => pipelinesOf(list).at(-1)!)
  return new Set(ends.filter(({ commands }) => isCheck(commands.at(-1)!)))
}

function isCheck(command: ShellCommand): boolean {
  return command.kind === 'simple' && tellOf(command, argvOfCommand(command)).kind === 'checks'
}

function judgeNegation(context: LintContext, pipeline: Pipeline): readonly Finding[] {
  const last = pipeline.commands.at(-1)!
  if (isHonestNo(pipeline.commands)) return []
  const name = shownName(pipeline)
  if (last.kind === 'simple') {
    const argv = argvOfCommand(last)
    const isAlone = pipeline.commands.length === 1
    if (isAlone && ['vacuous', 'fails'].includes(tellOf(last, argv).kind)) return []
    if (existenceTest(argv)) {
      const message =
        'this holds as well when the folder is missing or the path is mistyped; test first that the folder exists'
      return [makeFinding(context.block, 'negated-exit', pipeline.offset, message, 'warning')]
    }
  }
  const message = `! turns every failure of ${name} into success: the answer no, and a missing file, a wrong option or no connection alike`
  return [makeFinding(context.block, 'negated-exit', pipeline.offset, message)]
}

function shownName(pipeline: Pipeline): string {
  const last = pipeline.commands.at(-1)!
  return last.kind === 'simple' ? (argvOfCommand(last)[0] ?? 'the command') : 'the group'
}

/** Negated pipelines whose success can become the block's; tests of loops and of failing branches are not. */
function visitNegations(script: Script, found: (pipeline: Pipeline) => void): void {
  for (const list of script.lists) {
    for (const pipeline of pipelinesOf(list)) {
      if (pipeline.isNegated) found(pipeline)
      for (const command of pipeline.commands) visitInside(command, found)
    }
  }
}

function visitInside(command: ShellCommand, found: (pipeline: Pipeline) => void): void {
  switch (command.kind) {
    case 'simple':
      return
    case 'subshell':
    case 'group':
      visitNegations(command.script, found)
      return
    case 'if':
      for (const { test, body } of command.branches) {
        if (!endsInFailure(body)) visitNegations(test, found)
        visitNegations(body, found)
      }
      if (command.otherwise !== undefined) visitNegations(command.otherwise, found)
      return
    case 'loop':
      if (command.keyword === 'until' && command.test !== undefined)
        visitNegations(command.test, found)
      visitNegations(command.body, found)
  }
}

function compoundsOf(script: Script): readonly ShellCommand[] {
  return script.lists.flatMap((list) =>
    pipelinesOf(list).flatMap(({ commands }) => commands.flatMap(withInner)),
  )
}

function withInner(command: ShellCommand): readonly ShellCommand[] {
  switch (command.kind) {
    case 'simple':
      return []
    case 'subshell':
    case 'group':
      return compoundsOf(command.script)
    case 'if': {
      const parts = command.branches.map(({ body }) => body)
      if (command.otherwise !== undefined) parts.push(command.otherwise)
      return [command, ...parts.flatMap(compoundsOf)]
    }
    case 'loop':
      return compoundsOf(command.body)
  }
}

/** The test of `if TEST; then exit 1; fi`: its failure, of whatever kind, is the block's success. */
function invertedTest(command: IfCommand): Pipeline | undefined {
  const [only, ...more] = command.branches
  if (only === undefined || more.length > 0 || !endsInFailure(only.body)) return undefined
  if (command.otherwise !== undefined && endsInFailure(command.otherwise)) return undefined
  const test = only.test.lists.at(-1)!
  const pipeline = pipelinesOf(test).at(-1)!
  if (pipeline.isNegated) return undefined
  const last = pipeline.commands.at(-1)!
  const decides = last.kind !== 'simple' || isCheck(last)
  const isExistence = last.kind === 'simple' && existenceTest(argvOfCommand(last))
  return decides && !isExistence ? pipeline : undefined
}

function endsInFailure(body: Script): boolean {
  return outcomeOf(body, { isErrexit: false, isPipefail: false }).telling.kind === 'fails'
}

const EXISTENCE = /^-[edfLhbcpS]$/

function existenceTest(argv: readonly string[]): boolean {
  return ['test', '[', '[['].includes(argv[0] ?? '') && argv.slice(1, -1).some(isExistenceWord)
}

function isExistenceWord(word: string): boolean {
  return EXISTENCE.test(word)
}

/** True when the pipeline can fail in no other way than by the answer no. */
function isHonestNo(commands: readonly ShellCommand[]): boolean {
  const last = commands.at(-1)!
  if (last.kind !== 'simple') return false
  const feeders = commands.slice(0, -1)
  if (feeders.length === 0) return isTextTest(last) || isLookup(last) || readsOwnText(last)
  return readsInput(last) && feeders.every(isPrinter)
}

/** A comparison of texts. Numbers that are none, and files that are not there, are more than a no. */
function isTextTest(command: SimpleCommand): boolean {
  const argv = argvOfCommand(command)
  const isConditional = argv[0] === '[['
  if (!isConditional && argv[0] !== 'test' && argv[0] !== '[') return false
  const asksMore = argv.some((word) => /^-(?:[a-mo-yA-Z]|eq|ne|lt|le|gt|ge|nt|ot|ef)$/.test(word))
  if (asksMore) return false
  // Unquoted, an empty value leaves `[` without an operand, and it fails for that reason.
  return (
    isConditional ||
    command.words.every((word) =>
      word.parts.every((part) => part.kind === 'text' || ('quoted' in part && part.quoted)),
    )
  )
}

/** `command -v NAME` and `type NAME` fail only when there is no such command. */
function isLookup(command: SimpleCommand): boolean {
  const words = command.words.map(shownWord)
  return (words[0] === 'command' && /^-[vV]$/.test(words[1] ?? '')) || words[0] === 'type'
}

/** `grep x <<< "$TEXT"`: there is no file that could be missing. */
function readsOwnText(command: SimpleCommand): boolean {
  return readsInput(command) && command.redirections.some(({ operator }) => operator === '<<<')
}

function readsInput(command: SimpleCommand): boolean {
  const argv = argvOfCommand(command)
  if (!['grep', 'egrep', 'fgrep'].includes(argv[0] ?? '')) return false
  if (argv.some((word) => /^-[a-zA-Z]*[efrRABCm]$|^--/.test(word))) return false
  return operandsOf(argv).length === 1
}

function isPrinter(command: ShellCommand): boolean {
  return command.kind === 'simple' && /^(?:echo|printf)$/.test(argvOfCommand(command)[0] ?? '')
}
