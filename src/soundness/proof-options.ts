// Reads a command's options against the exact list of those that can only read.
import type { Argument, ProofScope } from './proof-words.ts'
import { refuseAsOperand, refusePath } from './proof-words.ts'

/** What a command may be given for it to count as a read. Whatever is not listed is refused. */
export interface ReadCommand {
  /** Short options without a value, as one string of letters. */
  readonly flags?: string
  /** Short options with a value, glued or as the next word. */
  readonly valued?: string
  readonly long?: readonly string[]
  /** Long options with a value, as `--name=value` or as the next word. */
  readonly longValued?: readonly string[]
  /** Long options with two words of value, as `jq --arg name value`. */
  readonly longPaired?: readonly string[]
  /** Allows `-5`. */
  readonly isNumeric?: boolean
  readonly operandLimit?: number
  readonly operandMinimum?: number
  /** False for commands whose long options take their value only as the next word. */
  readonly acceptsEquals?: boolean
  /** A last look at what was read; answers why it is refused. */
  readonly check?: (read: ReadArguments, scope: ProofScope) => string | undefined
}

export interface ReadArguments {
  readonly operands: readonly Argument[]
  /** Values by option as written (`-o`, `--output`); options without a value have none. */
  readonly options: readonly { readonly name: string; readonly value?: Argument }[]
}

interface Reading {
  readonly operands: Argument[]
  readonly options: { name: string; value?: Argument }[]
  at: number
}

/** Why the arguments are not proven to read, or undefined when they are. */
export function refuseArguments(
  args: readonly Argument[],
  spec: ReadCommand,
  scope: ProofScope,
): string | undefined {
  const reading: Reading = { operands: [], options: [], at: 0 }
  while (reading.at < args.length) {
    const argument = args[reading.at++]!
    if (argument.text === '--' && argument.isLiteral) {
      const rest = args.slice(reading.at)
      for (const operand of rest) {
        const refusal = refusePath(operand, scope)
        if (refusal !== undefined) return refusal
      }
      reading.operands.push(...rest)
      break
    }
    const isOption =
      argument.lead === 'text' && argument.text.startsWith('-') && argument.text !== '-'
    const refusal = isOption
      ? readOption(argument, args, spec, reading)
      : (refuseAsOperand(argument, scope) ?? (reading.operands.push(argument), undefined))
    if (refusal !== undefined) return refusal
  }
  const count = reading.operands.length
  if (count > (spec.operandLimit ?? Infinity)) return 'more words than it reads'
  if (count < (spec.operandMinimum ?? 0)) return 'fewer words than it needs'
  return spec.check?.(reading, scope)
}

function readOption(
  argument: Argument,
  args: readonly Argument[],
  spec: ReadCommand,
  reading: Reading,
): string | undefined {
  if (argument.text.startsWith('--')) return readLongOption(argument, args, spec, reading)
  if (!argument.isLiteral) return 'an option is not written out'
  if (spec.isNumeric === true && /^-[0-9]+$/.test(argument.text)) return undefined
  const letters = argument.text.slice(1)
  for (const [i, letter] of [...letters].entries()) {
    if (spec.valued?.includes(letter) === true) {
      const glued = letters.slice(i + 1)
      const value = glued === '' ? args[reading.at++] : { ...argument, text: glued }
      if (value === undefined) return `-${letter} has no value`
      reading.options.push({ name: `-${letter}`, value })
      return undefined
    }
    if (spec.flags?.includes(letter) !== true)
      return `the option -${letter} is not on the list of reads`
    reading.options.push({ name: `-${letter}` })
  }
  return undefined
}

function readLongOption(
  argument: Argument,
  args: readonly Argument[],
  spec: ReadCommand,
  reading: Reading,
): string | undefined {
  const equals = argument.text.indexOf('=')
  const name = equals === -1 ? argument.text.slice(2) : argument.text.slice(2, equals)
  if (equals === -1 && !argument.isLiteral) return 'an option is not written out'
  if (equals === -1 && spec.long?.includes(name) === true) {
    reading.options.push({ name: `--${name}` })
    return undefined
  }
  if (spec.longValued?.includes(name) === true && (equals === -1 || spec.acceptsEquals !== false)) {
    const value =
      equals === -1 ? args[reading.at++] : { ...argument, text: argument.text.slice(equals + 1) }
    if (value === undefined) return `--${name} has no value`
    reading.options.push({ name: `--${name}`, value })
    return undefined
  }
  if (spec.longPaired?.includes(name) === true && equals === -1) {
    reading.at += 2
    return reading.at > args.length ? `--${name} has no value` : undefined
  }
  return `the option --${name.replace(/[^a-z0-9-]/gi, '?')} is not on the list of reads`
}
