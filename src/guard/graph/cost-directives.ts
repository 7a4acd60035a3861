// Reads `@cost` and `@listSize` (IBM's cost specification, draft of 2021) from a schema's own text or from `extensions`.
import { GuardFault } from '../errors.ts'
import { isGiven, wordOf, nodesOf, ValueReader } from './graph-shapes.ts'
import type { AstNode } from './graph-shapes.ts'

/** How long a list can be, as the schema says it. */
export interface ListSize {
  /** Where nothing else is said. */
  readonly assumedSize?: number
  /** Arguments that say how many come back; `input.first` is a field of an argument. The largest counts. */
  readonly slicingArguments?: readonly string[]
  /** The lists below the field that are that long, e.g. `edges` of a connection. */
  readonly sizedFields?: readonly string[]
  /** A query must give exactly one. Default true, as the specification has it. */
  readonly requireOneSlicingArgument?: boolean
}

/** What an element of a schema says of its cost. */
export interface CostWords {
  readonly weight?: number
  readonly listSize?: ListSize
}

/** An element of a schema: a type, a field or an argument. */
export interface SchemaElement {
  readonly astNode?: AstNode | null
  readonly extensionASTNodes?: readonly AstNode[] | null
  readonly extensions?: Readonly<Record<string, unknown>> | null
}

const reader = new ValueReader({}, {})

/**
 * `extensions: { cost: { weight }, listSize: { … } }` is for schemas built in code and wins over the text.
 * @throws GuardFault GUARD_COST_INVALID for a weight or size that is no number from 0 up
 */
export function readCostWords(element: SchemaElement, where: string): CostWords {
  const said: Record<'cost' | 'listSize', Record<string, unknown> | undefined> = {
    cost: undefined,
    listSize: undefined,
  }
  for (const node of [element.astNode, ...(element.extensionASTNodes ?? [])])
    for (const directive of nodesOf(node?.directives)) {
      const name = wordOf(directive)
      if (name === 'cost' || name === 'listSize') said[name] = argumentsOf(directive)
    }
  const cost = element.extensions?.['cost'] ?? said.cost
  const listSize = element.extensions?.['listSize'] ?? said.listSize
  return {
    ...(isRecord(cost) ? { weight: amountOf(cost['weight'], `${where} @cost(weight)`) } : {}),
    ...(isRecord(listSize) ? { listSize: listSizeOf(listSize, where) } : {}),
  }
}

function argumentsOf(directive: AstNode): Record<string, unknown> {
  const read: Record<string, unknown> = {}
  for (const argument of nodesOf(directive.arguments)) {
    const value = reader.read(argument.value as AstNode | null)
    read[wordOf(argument)] = Array.isArray(value) ? value.map((item) => reader.read(item)) : value
  }
  return read
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The specification writes weights as strings. */
function amountOf(value: unknown, where: string): number {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof amount === 'number' && amount >= 0 && Number.isFinite(amount)) return amount
  throw new GuardFault(
    'GUARD_COST_INVALID',
    `${where}: expected a number from 0 up, got ${String(value)}`,
  )
}

function listSizeOf(said: Record<string, unknown>, where: string): ListSize {
  const { assumedSize, requireOneSlicingArgument } = said
  const names = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
  return {
    ...(!isGiven(assumedSize)
      ? {}
      : { assumedSize: amountOf(assumedSize, `${where} @listSize(assumedSize)`) }),
    slicingArguments: names(said['slicingArguments']),
    sizedFields: names(said['sizedFields']),
    requireOneSlicingArgument: requireOneSlicingArgument !== false,
  }
}
