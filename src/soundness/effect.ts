// What running a block may change, whether it is proven to only read, and whether its exit code proves something.
import type { Effect } from '../verdict/index.ts'
import type { CodeBlock, Finding } from './block.ts'
import { lintBlock, shellText } from './lint.ts'
import { environmentNamed, findMutation } from './mutation.ts'
import { modesOf, outcomeOf } from './outcome.ts'
import { assignedNames, externalParameters } from './parameters.ts'
import { refuseScript } from './proof.ts'
import { refuseSql } from './proof-sql.ts'
import type { ProofScope } from './proof-words.ts'
import { parseShell } from './shell.ts'
import type { Script, ShellReading } from './shell-model.ts'
import { listCommands } from './shell-view.ts'

export interface BlockClass {
  /** `read` only with a proof; a recognised change is a write; everything else is `unknown`. */
  effect: Effect
  /**
   * Every command is on the list of those that can only read, with exactly these words. Rests on the operator's
   * PATH and configuration, and on `guardedParameters`.
   */
  provenRead: boolean
  /** The exit code of the deciding command depends on the claim, and no finding of level error stands against it. */
  selfChecking: boolean
  /** One sentence for people: why it is, or is not, proven and self-checking. */
  reason: string
  /** Names the block uses and does not set. */
  parameters: string[]
  /** Parameters whose values must be neither empty nor begin with `-`, or the proof of reading falls. */
  guardedParameters: string[]
}

/** Characters that make text look different from what it is: bidirectional controls and invisible ones. */
const DECEIVING =
  /[\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u

/** Classifies a block. Synchronous and total: what is not understood is `unknown`, never a read. */
export function classifyBlock(block: CodeBlock): BlockClass {
  return examineBlock(block).class
}

/** What a block is and what the lint finds in it, from one reading of its text. */
export function examineBlock(block: CodeBlock): { class: BlockClass; findings: Finding[] } {
  const source = block.kind === 'runnable' ? shellText(block) : undefined
  const reading = source === undefined ? undefined : parseShell(source)
  const findings = lintBlock(block, reading)
  return { class: classOf(block, reading, findings), findings }
}

function classOf(
  block: CodeBlock,
  reading: ShellReading | undefined,
  findings: readonly Finding[],
): BlockClass {
  if (block.kind === 'sample') return unknownClass('a sample is never run', [])
  if (block.language === 'sql') return classifySql(block)
  if (block.language === 'promql') {
    return {
      ...unknownClass('a PromQL query reads, and proves nothing by being answered', [
        ...externalParameters(block, undefined),
      ]),
      effect: 'read',
      provenRead: true,
    }
  }
  if (reading === undefined) return unknownClass(`${block.language} is not analysed`, [])
  const parameters = [...externalParameters(block, reading)]
  if (!reading.isParsed) return unknownClass(`not analysed: ${reading.reason}`, parameters)
  const { script } = reading
  const guarded = new Set<string>()
  const refusal = refuseBlock(block, script, guarded)
  const proof =
    refusal === undefined
      ? 'every command is on the list of reads'
      : `not proven to only read: ${refusal}`
  const telling = tellOfScript(script, findings)
  return {
    effect: refusal === undefined ? 'read' : effectOf(script),
    provenRead: refusal === undefined,
    selfChecking: telling.selfChecking,
    reason: `${proof}; ${telling.reason}`,
    parameters,
    guardedParameters: refusal === undefined ? [...guarded] : [],
  }
}

function unknownClass(reason: string, parameters: string[]): BlockClass {
  return {
    effect: 'unknown',
    provenRead: false,
    selfChecking: false,
    reason,
    parameters,
    guardedParameters: [],
  }
}

function classifySql(block: CodeBlock): BlockClass {
  const refusal = refuseSql(block.source)
  const proof =
    refusal === undefined
      ? 'one statement that only selects'
      : `not proven to only read: ${refusal}`
  const parameters = [...externalParameters(block, undefined)]
  const base = unknownClass(
    `${proof}; an answer proves nothing until an assertion reads it`,
    parameters,
  )
  return refusal === undefined ? { ...base, effect: 'read', provenRead: true } : base
}

function refuseBlock(block: CodeBlock, script: Script, guarded: Set<string>): string | undefined {
  if (block.language !== 'bash' && block.language !== 'sh' && block.language !== 'shell')
    return `a ${block.language} block is not read as strictly`
  if (block.source.includes('\r')) return 'carriage returns become part of words'
  if (DECEIVING.test(block.source)) return 'invisible or reordering characters'
  // Bash joins lines before it reads words and operators, so a joined word may not be what it looks like.
  if (/[^ \t]\\\n/.test(block.source)) return 'a line is joined inside a word'
  if (listCommands(script).length === 0) return 'no command at all'
  const scope: ProofScope = { assigned: assignedNames(script), guarded, proveNested: refuseScript }
  return refuseScript(script, scope)
}

/** A change outweighs everything else; without a word for the environment production is assumed. */
function effectOf(script: Script): Effect {
  const commands = listCommands(script)
  let effect: Effect = 'unknown'
  for (const placed of commands) {
    if (findMutation(placed) === undefined) continue
    const named =
      environmentNamed(placed.argv) ?? environmentNamed(commands.flatMap(({ argv }) => argv))
    if (named !== 'staging') return 'write-prod'
    effect = 'write-staging'
  }
  return effect
}

function tellOfScript(
  script: Script,
  findings: readonly Finding[],
): { selfChecking: boolean; reason: string } {
  const errors = [
    ...new Set(findings.filter(({ level }) => level === 'error').map(({ rule }) => rule)),
  ]
  if (errors.length > 0)
    return { selfChecking: false, reason: `the exit code proves nothing (${errors.join(', ')})` }
  const { telling } = outcomeOf(script, modesOf(script))
  if (telling.kind === 'checks')
    return { selfChecking: true, reason: `the exit code ${telling.what}` }
  if (telling.kind === 'program') return { selfChecking: false, reason: telling.what }
  return { selfChecking: false, reason: 'the exit code does not depend on the claim' }
}
