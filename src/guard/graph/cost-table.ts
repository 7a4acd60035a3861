// A schema turned once into what the walk looks up: weights, list lengths, and what lies below each field.
import { readCostWords } from './cost-directives.ts'
import type { ListSize } from './cost-directives.ts'
import type {
  ArgumentLike,
  CostTable,
  CostTerms,
  FieldCost,
  FieldLike,
  InputCost,
  SlicingArgument,
  TypeCost,
  TypeLike,
} from './cost-shapes.ts'
import type { SchemaLike } from './graph-shapes.ts'
import { argumentCosts, compileInputs } from './input-table.ts'
import { introspectionCosts } from './introspection-cost.ts'
import { namedType, tagOf } from './type-names.ts'

export const COST_TERMS: CostTerms = {
  introspectionCost: 2_500,
  assumedListSize: 10,
  slicingNames: ['first', 'last', 'limit', 'take', 'count', 'size', 'pageSize', 'perPage'],
  sizedNames: ['edges', 'nodes', 'items', 'results'],
}

/** An item of a list without fields of its own, e.g. of `[Int]`: cheap, but a million of them are not. */
const LEAF_ITEM_WEIGHT = 0.1

/** @throws GuardFault GUARD_COST_INVALID where the schema's own cost directives make no sense */
export function compileCosts(schema: SchemaLike, terms: CostTerms): CostTable {
  const types = new Map<string, TypeCost>()
  const all = Object.values(schema.getTypeMap()) as TypeLike[]
  const compiling = { terms, inputs: compileInputs(all) }
  for (const type of all) types.set(type.name, typeCostOf(type))
  for (const type of all) {
    const compiled = types.get(type.name)
    if (compiled === undefined || !isOutput(type)) continue
    for (const [name, field] of Object.entries(type.getFields?.() ?? {})) {
      const below = types.get(namedType(field.type).name)
      compiled.fields.set(name, fieldCostOf(field, `${type.name}.${name}`, below, compiling))
    }
  }
  const introspection = introspectionCosts(types, all, terms)
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const [query, mutation, subscription] = roots.map((root) => types.get(root?.name ?? ''))
  return {
    types,
    introspection,
    rootOf: (operation) =>
      operation === 'mutation' ? mutation : operation === 'subscription' ? subscription : query,
  }
}

/** Input objects have `getFields` too; fields that can be resolved are those whose type map entry has no input's shape. */
function isOutput(type: TypeLike): boolean {
  return tagOf(type) !== 'GraphQLInputObjectType'
}

function typeCostOf(type: TypeLike): TypeCost {
  const tag = tagOf(type)
  const isComposite = /^GraphQL(?:Object|Interface|Union)Type$/.test(tag)
  return {
    name: type.name,
    isObject: tag === 'GraphQLObjectType',
    isIntrospection: type.name.startsWith('__'),
    isComposite,
    weight: readCostWords(type, type.name).weight ?? (isComposite ? 1 : 0),
    fields: new Map(),
  }
}

interface Compiling {
  readonly terms: CostTerms
  readonly inputs: ReadonlyMap<string, InputCost>
}

function fieldCostOf(
  field: FieldLike,
  where: string,
  below: TypeCost | undefined,
  { terms, inputs }: Compiling,
): FieldCost {
  const { weight, listSize } = readCostWords(field, where)
  const { listLevels } = namedType(field.type)
  const args = field.args ?? []
  const words = listSize ?? guessSize(args, listLevels, below, terms)
  const typeWeight = below?.weight ?? 0
  const isLeafList = listLevels > 0 && below?.isComposite !== true && typeWeight === 0
  const sized = words.sizedFields ?? []
  return {
    weight: weight ?? (isLeafList ? LEAF_ITEM_WEIGHT : typeWeight),
    listLevels,
    assumedSize: words.assumedSize ?? terms.assumedListSize,
    slicing: (words.slicingArguments ?? []).map((path) => slicingArgument(path, args)),
    requireOne:
      (words.slicingArguments ?? []).length > 0 && words.requireOneSlicingArgument !== false,
    sizedFields: sized.length === 0 ? undefined : new Set(sized),
    argumentCosts: argumentCosts(args, where, inputs),
    type: below,
  }
}

function slicingArgument(path: string, args: readonly ArgumentLike[]): SlicingArgument {
  const steps = path.split('.')
  const argument = args.find(({ name }) => name === steps[0])
  const whole = argument?.defaultValue ?? argument?.default?.value
  return { path: steps, byDefault: valueAt(whole, steps.slice(1)) }
}

/** A value some steps into objects; undefined where there is none. */
export function valueAt(value: unknown, steps: readonly string[]): unknown {
  let at = value
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string, unknown>)[step]
  }
  return at
}

/** Without `@listSize`: lengths are read from arguments of a usual name, on the list or on the connection around it. */
function guessSize(
  args: readonly ArgumentLike[],
  listLevels: number,
  below: TypeCost | undefined,
  { slicingNames, sizedNames }: CostTerms,
): ListSize {
  const slicingArguments = args
    .map(({ name }) => name)
    .filter((name) => slicingNames.includes(name))
  const isConnection = listLevels === 0 && slicingArguments.length > 0 && below !== undefined
  return {
    slicingArguments,
    requireOneSlicingArgument: false,
    ...(isConnection ? { sizedFields: sizedNames } : {}),
  }
}
