// Prices introspection by how large the schema is, so that the query tools send always costs the same share of the limit.
import type { CostTerms, FieldCost, FieldLike, TypeCost, TypeLike } from './cost-shapes.ts'

/** Levels of `ofType` that the tools ask for. */
const OF_TYPE_LEVELS = 9

/**
 * Sets the lists of introspection to the longest of this schema and weighs its types; returns the two fields that stand in
 * no type. What asks more of the schema than the usual query costs as many times more.
 */
export function introspectionCosts(
  types: ReadonlyMap<string, TypeCost>,
  all: readonly TypeLike[],
  terms: CostTerms,
): ReadonlyMap<string, FieldCost> {
  const own = all.filter(({ name }) => !name.startsWith('__'))
  const lengths = lengthsOf(own)
  const weight = terms.introspectionCost / usualNodes(lengths)
  for (const type of types.values()) {
    if (!type.isIntrospection) continue
    for (const [name, field] of type.fields)
      type.fields.set(name, {
        ...field,
        weight: field.type?.isComposite === true ? weight : 0,
        assumedSize: lengths[name] ?? field.assumedSize,
      })
  }
  const entry = (name: string): FieldCost => ({
    weight,
    listLevels: 0,
    assumedSize: 1,
    slicing: [],
    requireOne: false,
    sizedFields: undefined,
    argumentCosts: undefined,
    type: types.get(name),
  })
  return new Map([
    ['__schema', entry('__Schema')],
    ['__type', entry('__Type')],
  ])
}

function lengthsOf(types: readonly TypeLike[]): Record<string, number> {
  const fields = types.flatMap((type) => [Object.values(type.getFields?.() ?? {})])
  const most = (counts: readonly number[]): number => Math.max(1, ...counts)
  const perType = most(fields.map((each) => each.length))
  return {
    types: types.length,
    fields: perType,
    inputFields: perType,
    args: most(fields.flat().map((field: FieldLike) => field.args?.length ?? 0)),
    interfaces: 3,
    possibleTypes: most(types.map((type) => listLength(type.getTypes?.()))),
    enumValues: most(types.map((type) => listLength(type.getValues?.()))),
    directives: 10,
    locations: 4,
  }
}

function listLength(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

/** Objects that `getIntrospectionQuery()` of graphql would answer, were every type as large as the largest. */
function usualNodes(lengths: Record<string, number>): number {
  const length = (name: string): number => lengths[name] ?? 1
  const wrapped = 1 + OF_TYPE_LEVELS
  const input = 1 + wrapped
  const field = 1 + wrapped + length('args') * input
  const lists = length('interfaces') * wrapped + length('possibleTypes') * wrapped
  const type =
    1 + length('fields') * field + length('inputFields') * input + length('enumValues') + lists
  return 4 + length('types') * type + length('directives') * (1 + length('args') * input)
}
