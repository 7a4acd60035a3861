// Sums of a walk: what one selection comes to, and how those of its fields and fragments are put together.
import type { FieldCost, TypeCost } from './cost-shapes.ts'
import { saturate } from './graph-terms.ts'

/** What one selection comes to, everything below it included. */
export interface Totals {
  cost: number
  depth: number
  /** Fields of this selection itself, those of its fragments included. */
  breadth: number
  fields: number
  aliases: number
  directives: number
  introspectionLists: number
  introspectionRoots: number
}

/** A value is of one object type: of fragments on different ones only the dearest can come true. */
export class Branches {
  #always = 0
  #perObject: Map<TypeCost, number> | undefined

  add(condition: TypeCost | undefined, cost: number): void {
    if (condition?.isObject !== true) {
      this.#always = saturate(this.#always + cost)
      return
    }
    this.#perObject ??= new Map()
    this.#perObject.set(condition, saturate((this.#perObject.get(condition) ?? 0) + cost))
  }

  total(): number {
    if (this.#perObject === undefined) return this.#always
    let dearest = 0
    for (const cost of this.#perObject.values()) dearest = Math.max(dearest, cost)
    return saturate(this.#always + dearest)
  }
}

export function emptyTotals(): Totals {
  return {
    cost: 0,
    depth: 0,
    breadth: 0,
    fields: 0,
    aliases: 0,
    directives: 0,
    introspectionLists: 0,
    introspectionRoots: 0,
  }
}

export const LEAF: Readonly<Totals> = emptyTotals()

export function addFragment(totals: Totals, below: Totals): void {
  totals.breadth = saturate(totals.breadth + below.breadth)
  addCounts(totals, below)
  if (below.depth > totals.depth) totals.depth = below.depth
  if (below.introspectionLists > totals.introspectionLists)
    totals.introspectionLists = below.introspectionLists
}

export function addField(
  totals: Totals,
  below: Readonly<Totals>,
  type: TypeCost | undefined,
  field: FieldCost | undefined,
): void {
  addCounts(totals, below)
  const isIntrospection = type?.isIntrospection === true
  const depth = isIntrospection ? 0 : below.depth + 1
  if (depth > totals.depth) totals.depth = depth
  const isList = isIntrospection && field !== undefined && field.listLevels > 0
  const lists = below.introspectionLists + (isList && field.type?.isComposite === true ? 1 : 0)
  if (lists > totals.introspectionLists) totals.introspectionLists = lists
}

function addCounts(totals: Totals, below: Readonly<Totals>): void {
  totals.fields = saturate(totals.fields + below.fields)
  totals.aliases = saturate(totals.aliases + below.aliases)
  totals.directives = saturate(totals.directives + below.directives)
  totals.introspectionRoots = saturate(totals.introspectionRoots + below.introspectionRoots)
}
