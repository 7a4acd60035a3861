// Counts what an execution produces and how long it takes, and ends it at its budget: the second line, when a schema's sizes are wrong.
import type { GuardClock } from '../model.ts'
import type { SchemaLike } from './graph-shapes.ts'
import type { GraphExcess, GraphLimits } from './graph-terms.ts'
import { namedType, tagOf } from './type-names.ts'

const US_PER_MS = 1_000

type Resolve = (source: unknown, args: unknown, context: unknown, details: unknown) => unknown

interface ResolvedField {
  readonly type: unknown
  resolve?: Resolve | null | undefined
}

interface ResolvedType {
  readonly name: string
  getFields?(): Readonly<Record<string, ResolvedField>>
}

/** One execution's budget. */
export class ExecutionMeter {
  /** Objects and list items so far. */
  nodes = 0
  /** Why it was ended, if it was. */
  excess: GraphExcess | undefined
  readonly #limits: Pick<GraphLimits, 'nodes' | 'deadlineMs'>
  readonly #clock: Pick<GuardClock, 'monotonicUs' | 'wait'>
  readonly #endsAtUs: number
  #isEnded = false
  #late: PromiseWithResolvers<void> | undefined

  constructor(
    limits: Pick<GraphLimits, 'nodes' | 'deadlineMs'>,
    clock: Pick<GuardClock, 'monotonicUs' | 'wait'>,
  ) {
    this.#limits = limits
    this.#clock = clock
    this.#endsAtUs = clock.monotonicUs() + limits.deadlineMs * US_PER_MS
  }

  isOver(): boolean {
    if (this.excess === undefined && this.#clock.monotonicUs() > this.#endsAtUs) this.#expire()
    return this.excess !== undefined
  }

  /** Whether that many more are within the budget. */
  take(count: number): boolean {
    this.nodes += count
    if (this.nodes > this.#limits.nodes)
      this.excess ??= { reason: 'nodes', got: this.nodes, most: this.#limits.nodes }
    return this.excess === undefined
  }

  /** Settles at the deadline or at the end, so that nothing waits on after either. */
  async orLate<Value>(value: PromiseLike<Value>): Promise<Value | undefined> {
    this.#late ??= this.#waitForDeadline()
    return Promise.race([value, this.#late.promise as Promise<undefined>])
  }

  end(): void {
    this.#isEnded = true
    this.#late?.resolve()
  }

  #expire(): void {
    const { deadlineMs } = this.#limits
    this.excess ??= { reason: 'deadline', got: deadlineMs, most: deadlineMs }
  }

  #waitForDeadline(): PromiseWithResolvers<void> {
    const late = Promise.withResolvers<void>()
    const leftMs = Math.max(0, (this.#endsAtUs - this.#clock.monotonicUs()) / US_PER_MS)
    this.#clock.wait(leftMs).then(() => {
      if (!this.#isEnded) this.#expire()
      late.resolve()
    }, late.reject)
    return late
  }
}

const metered = new WeakSet<Resolve>()

/**
 * Puts a meter into every field that answers objects or lists, once per schema; the schema's resolvers are replaced. Where no
 * meter is known for a context, nothing is counted.
 */
export function meterSchema(
  schema: SchemaLike,
  meterOf: (context: unknown) => ExecutionMeter | undefined,
): void {
  for (const type of Object.values(schema.getTypeMap()) as ResolvedType[]) {
    // The types of introspection are shared by every schema of the process.
    if (tagOf(type) !== 'GraphQLObjectType' || type.name.startsWith('__')) continue
    for (const [name, field] of Object.entries(type.getFields?.() ?? {})) {
      const resolve = field.resolve ?? readProperty(name)
      if (metered.has(resolve) || !isCounted(field.type, schema)) continue
      const counting = countInto(resolve, meterOf, tagOf(field.type) === 'GraphQLNonNull')
      metered.add(counting)
      field.resolve = counting
    }
  }
}

function isCounted(type: unknown, schema: SchemaLike): boolean {
  const { name, listLevels } = namedType(type)
  if (listLevels > 0) return true
  return /^GraphQL(?:Object|Interface|Union)Type$/.test(tagOf(schema.getTypeMap()[name]))
}

/** What graphql does for a field without a resolver. */
function readProperty(name: string): Resolve {
  return (source, args, context, details) => {
    if (typeof source !== 'object' && typeof source !== 'function') return undefined
    const value = (source as Record<string, unknown> | null)?.[name]
    return typeof value === 'function' ? value.call(source, args, context, details) : value
  }
}

function countInto(
  resolve: Resolve,
  meterOf: (context: unknown) => ExecutionMeter | undefined,
  isRequired: boolean,
): Resolve {
  return (source, args, context, details) => {
    const meter = meterOf(context)
    if (meter === undefined) return resolve(source, args, context, details)
    if (meter.isOver()) return cut(isRequired)
    const value = resolve(source, args, context, details)
    if (!isThenable(value)) return countValue(meter, value, isRequired)
    return meter.orLate(value).then((settled) => {
      if (meter.isOver()) return cut(isRequired)
      return countValue(meter, settled, isRequired)
    })
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value
}

/** One error for all: none of them is shown, and a stack for each would cost more than the nodes did. */
const CUT = new Error('the execution was cut by the graph guard')

/** Null is cheap and goes no further; where null may not stand, the error takes the parent away too. */
function cut(isRequired: boolean): null {
  if (isRequired) throw CUT
  return null
}

function countValue(meter: ExecutionMeter, value: unknown, isRequired: boolean): unknown {
  if (value === null || value === undefined) return value
  if (Array.isArray(value)) return meter.take(countItems(value)) ? value : cut(isRequired)
  if (typeof value === 'object') {
    if (Symbol.asyncIterator in value)
      return countAsync(meter, value as AsyncIterable<unknown>, isRequired)
    if (Symbol.iterator in value) {
      const items = takeItems(meter, value as Iterable<unknown>)
      return items ?? cut(isRequired)
    }
  }
  return meter.take(1) ? value : cut(isRequired)
}

/** Items of lists in lists count too. */
function countItems(list: readonly unknown[]): number {
  let count = list.length
  for (const item of list) if (Array.isArray(item)) count += countItems(item)
  return count
}

/** An iterable of unknown length is read no further than the budget. */
function takeItems(meter: ExecutionMeter, list: Iterable<unknown>): unknown[] | undefined {
  const items: unknown[] = []
  for (const item of list) {
    if (!meter.take(1)) return undefined
    items.push(item)
  }
  return items
}

async function* countAsync(
  meter: ExecutionMeter,
  list: AsyncIterable<unknown>,
  isRequired: boolean,
): AsyncGenerator {
  for await (const item of list) {
    if (meter.isOver() || !meter.take(1)) {
      cut(isRequired)
      return
    }
    yield item
  }
}
