// One walk over an operation: each fragment once, recursion bounded by a named limit, sums that never overflow.
import { valueAt } from './cost-table.ts'
import type { CostTable, FieldCost, TypeCost } from './cost-shapes.ts'
import { isGiven, wordOf, nodesOf } from './graph-shapes.ts'
import type { AstNode, ValueReader } from './graph-shapes.ts'
import { saturate } from './graph-terms.ts'
import type { GraphExcess, GraphLimits, GraphReason } from './graph-terms.ts'
import { InputWeigher } from './input-cost.ts'
import { listLengthOf } from './slicing.ts'
import { addField, addFragment, Branches, emptyTotals, LEAF } from './totals.ts'
import type { Totals } from './totals.ts'

/** Length that a field around gives to certain lists below it. */
interface Sized {
  readonly names: ReadonlySet<string>
  readonly size: number
}

/** How long a list gets, and the length that the request itself gives for it; 0 for none. */
interface Lengths {
  readonly length: number
  readonly given: number
}

const UNKNOWN_LENGTHS: Lengths = { length: 1, given: 0 }

interface Remembered {
  readonly type: TypeCost | undefined
  readonly size: number
  readonly names: ReadonlySet<string> | undefined
  /** Absent while it is being walked. */
  totals: Totals | undefined
}

export interface WalkTerms {
  readonly table: CostTable
  readonly limits: GraphLimits
  readonly fragments: ReadonlyMap<string, AstNode>
  readonly reader: ValueReader
  readonly isIntrospectionRefused: boolean
  /** Selections that may be looked at; a fragment is looked at again only below another list length. */
  readonly stepLimit: number
}

export class GraphWalk {
  /** The first bound that ended the walk; what was summed up then is not the whole. */
  excess: GraphExcess | undefined
  /** A `@listSize` that got no slicing argument, or two. */
  slicingCount: number | undefined
  broadest = 0
  mostOfOneField = 0
  readonly #terms: WalkTerms
  readonly #remembered = new Map<string, Remembered[]>()
  readonly #inputs: InputWeigher
  #stepCount = 0

  constructor(terms: WalkTerms) {
    this.#terms = terms
    const { reader, limits } = terms
    this.#inputs = new InputWeigher({
      reader,
      nestingLimit: limits.nesting,
      stop: (nesting) => this.#stop('nesting', nesting, limits.nesting),
    })
  }

  walkOperation(operation: AstNode): Totals {
    const totals = this.#walk(
      operation,
      this.#terms.table.rootOf(operation.operation),
      undefined,
      0,
    )
    totals.directives += nodesOf(operation.directives).length
    for (const variable of nodesOf(operation.variableDefinitions))
      totals.directives += nodesOf(variable.directives).length
    return totals
  }

  #stop(reason: GraphReason, got: number, most: number): void {
    this.excess ??= { reason, got, most }
  }

  #walk(
    node: AstNode,
    type: TypeCost | undefined,
    sized: Sized | undefined,
    nesting: number,
  ): Totals {
    const totals = emptyTotals()
    const { limits, stepLimit } = this.#terms
    if (nesting > limits.nesting) this.#stop('nesting', nesting, limits.nesting)
    const branches = new Branches()
    let aliased: Map<string, number> | undefined
    for (const selection of nodesOf(node.selectionSet?.selections)) {
      if (this.excess !== undefined) return totals
      if (++this.#stepCount > stepLimit) this.#stop('steps', this.#stepCount, stepLimit)
      const directives = nodesOf(selection.directives)
      totals.directives += directives.length
      const isLeftOut = directives.length > 0 && this.#isLeftOut(directives)
      if (selection.kind === 'Field') {
        const cost = this.#walkField(selection, type, sized, nesting, totals)
        if (!isLeftOut) branches.add(undefined, cost)
        if (isGiven(selection.alias)) {
          aliased ??= new Map()
          this.#countAlias(aliased, selection)
        }
        continue
      }
      const condition = this.#conditionOf(selection, type)
      const below =
        selection.kind === 'FragmentSpread'
          ? this.#spread(selection, condition, sized, nesting + 1)
          : this.#walk(selection, condition, sized, nesting + 1)
      addFragment(totals, below)
      if (!isLeftOut) branches.add(condition === type ? undefined : condition, below.cost)
    }
    totals.cost = branches.total()
    if (totals.breadth > this.broadest) this.broadest = totals.breadth
    return totals
  }

  /** The type that a fragment speaks of: its own condition, or the type around it. */
  #conditionOf(selection: AstNode, type: TypeCost | undefined): TypeCost | undefined {
    const { table, fragments } = this.#terms
    const stated =
      selection.kind === 'FragmentSpread' ? fragments.get(wordOf(selection)) : selection
    if (!isGiven(stated?.typeCondition)) return type
    return table.types.get(wordOf(stated.typeCondition))
  }

  #spread(
    selection: AstNode,
    type: TypeCost | undefined,
    sized: Sized | undefined,
    nesting: number,
  ): Totals {
    const name = wordOf(selection)
    const fragment = this.#terms.fragments.get(name)
    // Validation refuses it; there is nothing to count.
    if (fragment === undefined) return emptyTotals()
    const { size, names } = sized ?? { size: 0, names: undefined }
    const listed = this.#remembered.get(name) ?? []
    const known = listed.find(
      (each) => each.type === type && each.size === size && each.names === names,
    )
    if (known?.totals !== undefined) return known.totals
    // It is being walked under the same name further up: under another length too, it would never end.
    if (listed.some(({ totals }) => totals === undefined)) {
      this.#stop('cycle', 1, 0)
      return emptyTotals()
    }
    const own: Remembered = { type, size, names, totals: undefined }
    listed.push(own)
    this.#remembered.set(name, listed)
    const totals = this.#walk(fragment, type, sized, nesting)
    totals.directives += nodesOf(fragment.directives).length
    own.totals = totals
    return totals
  }

  #walkField(
    selection: AstNode,
    type: TypeCost | undefined,
    sized: Sized | undefined,
    nesting: number,
    totals: Totals,
  ): number {
    totals.breadth++
    totals.fields = saturate(totals.fields + 1)
    if (isGiven(selection.alias)) totals.aliases = saturate(totals.aliases + 1)
    const name = wordOf(selection)
    const field = type?.fields.get(name) ?? this.#introspect(name, totals)
    const args = nodesOf(selection.arguments)
    const { length, given } = field === undefined ? UNKNOWN_LENGTHS : this.#lengthsOf(field, args)
    const isInherited = sized !== undefined && sized.names.has(name)
    let times = 1
    if (field !== undefined && field.listLevels > 0) {
      const isOwn = field.sizedFields === undefined
      // A length that the list itself is given does not shrink because the field around it was given one.
      if (isInherited) times = Math.max(sized.size, isOwn ? given : 0)
      else times = isOwn ? length : field.assumedSize
      for (let level = 1; level < field.listLevels; level++)
        times = saturate(times * field.assumedSize)
    }
    const below = this.#walkBelow(selection, field, length, nesting)
    addField(totals, below, type, field)
    const weight = field === undefined ? unknownWeight(selection) : field.weight
    const each = saturate(weight + below.cost)
    return saturate(times * each + this.#inputs.weigh(args, field?.argumentCosts))
  }

  #walkBelow(
    selection: AstNode,
    field: FieldCost | undefined,
    length: number,
    nesting: number,
  ): Totals {
    if (!isGiven(selection.selectionSet)) return LEAF
    const names = field?.sizedFields
    const sized = names === undefined ? undefined : { names, size: length }
    return this.#walk(selection, field?.type, sized, nesting + 1)
  }

  /** `__schema` and `__type` stand in no type's list of fields. */
  #introspect(name: string, totals: Totals): FieldCost | undefined {
    if (!name.startsWith('__')) return undefined
    const root = this.#terms.table.introspection.get(name)
    if (root === undefined) return undefined
    totals.introspectionRoots++
    if (this.#terms.isIntrospectionRefused) this.#stop('introspection', 1, 0)
    return root
  }

  #lengthsOf(field: FieldCost, args: readonly AstNode[]): Lengths {
    if (field.slicing.length === 0) return { length: field.assumedSize, given: 0 }
    const { reader } = this.#terms
    let givenCount = 0
    let given = 0
    let length = -1
    let hasDefault = false
    for (const { path, byDefault } of field.slicing) {
      const argument = args.find((each) => wordOf(each) === path[0])
      const read =
        argument === undefined ? undefined : reader.read(argument.value as AstNode | null)
      const said = path.length === 1 ? read : valueAt(read, path.slice(1))
      if (isGiven(said)) givenCount++
      const value = said === undefined ? byDefault : said
      if (!isGiven(value)) continue
      hasDefault ||= said === undefined
      const listed = listLengthOf(value, field.assumedSize)
      length = Math.max(length, listed)
      if (isGiven(said)) given = Math.max(given, listed)
    }
    if (field.requireOne && givenCount !== 1 && !(givenCount === 0 && hasDefault))
      this.slicingCount ??= givenCount
    return { length: length < 0 ? field.assumedSize : length, given }
  }

  /** Only where the condition is certain; a value of a wrong kind is left to execution, which refuses it. */
  #isLeftOut(directives: readonly AstNode[]): boolean {
    return directives.some((directive) => {
      const name = wordOf(directive)
      if (name !== 'skip' && name !== 'include') return false
      const condition = nodesOf(directive.arguments).find((each) => wordOf(each) === 'if')
      const value = this.#terms.reader.read(condition?.value as AstNode | null | undefined)
      return name === 'skip' ? value === true : value === false
    })
  }

  #countAlias(counts: Map<string, number>, selection: AstNode): void {
    const name = wordOf(selection)
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (count > this.mostOfOneField) this.mostOfOneField = count
  }
}

/** A field of no known type: validation refuses it, but it must not be free until then. */
function unknownWeight(selection: AstNode): number {
  return !isGiven(selection.selectionSet) ? 0 : 1
}
