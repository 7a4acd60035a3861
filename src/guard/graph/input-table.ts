// Input objects of a schema, with the weights of their fields; only what can cost something is kept.
import { readCostWords } from './cost-directives.ts'
import { namedType, tagOf } from './type-names.ts'
import type { ArgumentLike, InputCost, InputElement, TypeLike } from './cost-shapes.ts'

interface Compiled extends InputCost {
  readonly fields: Map<string, InputElement>
}

/** @throws GuardFault GUARD_COST_INVALID for a weight that is no number from 0 up */
export function compileInputs(all: readonly TypeLike[]): ReadonlyMap<string, InputCost> {
  const inputs = new Map<string, Compiled>()
  const types = all.filter((type) => tagOf(type) === 'GraphQLInputObjectType')
  for (const type of types) inputs.set(type.name, { fields: new Map() })
  for (const type of types)
    for (const [name, field] of Object.entries(type.getFields?.() ?? {})) {
      const weight = readCostWords(field, `${type.name}.${name}`).weight ?? 0
      const below = inputs.get(namedType(field.type).name)
      inputs.get(type.name)?.fields.set(name, { weight, below })
    }
  const costly = costlyOf([...inputs.values()])
  for (const { fields } of inputs.values())
    for (const [name, { weight, below }] of fields)
      if (below === undefined || !costly.has(below)) {
        if (weight === 0) fields.delete(name)
        else fields.set(name, { weight, below: undefined })
      }
  return new Map([...inputs].filter(([, input]) => costly.has(input)))
}

/** Those with a weight somewhere below; input objects may hold themselves. */
function costlyOf(inputs: readonly InputCost[]): ReadonlySet<InputCost> {
  const costly = new Set<InputCost>()
  let before = -1
  while (costly.size > before) {
    before = costly.size
    for (const input of inputs)
      for (const { weight, below } of input.fields.values())
        if (weight > 0 || (below !== undefined && costly.has(below))) costly.add(input)
  }
  return costly
}

/** Arguments that can cost something; undefined for none. */
export function argumentCosts(
  args: readonly ArgumentLike[],
  where: string,
  inputs: ReadonlyMap<string, InputCost>,
): ReadonlyMap<string, InputElement> | undefined {
  const costs = new Map<string, InputElement>()
  for (const argument of args) {
    const weight = readCostWords(argument, `${where}(${argument.name})`).weight ?? 0
    const below = inputs.get(namedType(argument.type).name)
    if (weight > 0 || below !== undefined) costs.set(argument.name, { weight, below })
  }
  return costs.size === 0 ? undefined : costs
}
