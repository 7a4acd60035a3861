// What arguments cost: `@cost` on them and on fields of input objects, in literals, in variables and in lists of either.
import type { InputCost, InputElement } from './cost-shapes.ts'
import { isGiven, nodesOf, wordOf } from './graph-shapes.ts'
import type { AstNode, ValueReader } from './graph-shapes.ts'
import { saturate } from './graph-terms.ts'

interface InputTerms {
  readonly reader: ValueReader
  readonly nestingLimit: number
  /** Told of a value that is nested deeper; the rest of it is not weighed. */
  stop(nesting: number): void
}

/** For one operation with its variables. Every literal is weighed once, every variable once for each type it is used as. */
export class InputWeigher {
  readonly #terms: InputTerms
  readonly #literals = new Map<AstNode, { readonly below: InputCost; readonly weight: number }>()
  readonly #variables = new Map<string, Map<InputCost, number>>()

  constructor(terms: InputTerms) {
    this.#terms = terms
  }

  weigh(args: readonly AstNode[], elements: ReadonlyMap<string, InputElement> | undefined): number {
    if (elements === undefined) return 0
    let weight = 0
    for (const argument of args) {
      const element = elements.get(wordOf(argument))
      if (element === undefined) continue
      weight = saturate(weight + element.weight + this.#argument(argument, element.below))
    }
    return weight
  }

  #argument(argument: AstNode, below: InputCost | undefined): number {
    if (below === undefined) return 0
    const known = this.#literals.get(argument)
    if (known?.below === below) return known.weight
    const weight = this.#literal(argument.value as AstNode | null, below, 0)
    this.#literals.set(argument, { below, weight })
    return weight
  }

  #literal(
    node: AstNode | null | undefined,
    below: InputCost | undefined,
    nesting: number,
  ): number {
    if (!isGiven(node) || below === undefined || this.#isTooDeep(nesting)) return 0
    if (node.kind === 'Variable') return this.#variable(wordOf(node), below)
    let weight = 0
    if (node.kind === 'ListValue')
      for (const item of nodesOf(node.values))
        weight = saturate(weight + this.#literal(item, below, nesting + 1))
    if (node.kind === 'ObjectValue')
      for (const field of nodesOf(node.fields)) {
        const element = below.fields.get(wordOf(field))
        if (element === undefined) continue
        const inner = this.#literal(field.value as AstNode | null, element.below, nesting + 1)
        weight = saturate(weight + element.weight + inner)
      }
    return weight
  }

  #variable(name: string, below: InputCost): number {
    const listed = this.#variables.get(name) ?? new Map<InputCost, number>()
    const known = listed.get(below)
    if (known !== undefined) return known
    this.#variables.set(name, listed)
    // A default that names its own variable is refused by validation; here it must only end.
    listed.set(below, 0)
    const { sent, byDefault } = this.#terms.reader.variable(name)
    const weight =
      sent === undefined ? this.#literal(byDefault, below, 0) : this.#sent(sent, below, 0)
    listed.set(below, weight)
    return weight
  }

  #sent(value: unknown, below: InputCost | undefined, nesting: number): number {
    if (typeof value !== 'object' || value === null || below === undefined) return 0
    if (this.#isTooDeep(nesting)) return 0
    let weight = 0
    if (Array.isArray(value)) {
      for (const item of value) weight = saturate(weight + this.#sent(item, below, nesting + 1))
      return weight
    }
    for (const [name, inner] of Object.entries(value)) {
      const element = inner === undefined ? undefined : below.fields.get(name)
      if (element === undefined) continue
      weight = saturate(weight + element.weight + this.#sent(inner, element.below, nesting + 1))
    }
    return weight
  }

  #isTooDeep(nesting: number): boolean {
    const isOver = nesting > this.#terms.nestingLimit
    if (isOver) this.#terms.stop(nesting)
    return isOver
  }
}
