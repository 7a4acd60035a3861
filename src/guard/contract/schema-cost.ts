// How often the schemas of a contract can be asked about one value, recursion and all; a bound, worked out before there is a value.
import { componentsOf } from './reach.ts'
import { isSchemaObject } from './schema-walk.ts'
import type { SchemaNode } from './schema-walk.ts'

/** What a value can be, as far as the parts of a schema differ by it. */
const KINDS = ['object', 'array', 'scalar'] as const
const KIND_COUNT = KINDS.length

export type SchemaCost =
  | { readonly ok: true; readonly evaluations: number }
  | { readonly ok: false; readonly reason: 'endless' | 'exponential'; readonly at: string }

interface Step {
  /** All of these are asked about the same value. */
  readonly same: readonly number[]
  /** Of these lists one is met by a part of the value, each member as whatever kind the part is. */
  readonly parts: readonly (readonly number[])[]
}

/**
 * The most evaluations along one path through a value that is `depth` levels deep. `endless`: a schema asks itself about the
 * same value. `exponential`: on a way that leads back to itself a value is asked about more than once, so that each level
 * doubles the work. Branches for different types are told apart.
 */
export function costOfSchemas(nodes: readonly SchemaNode[], depth: number): SchemaCost {
  const steps = nodes.flatMap((node) => KINDS.map((kind, index) => stepOf(node, kind, index)))
  const ringInPlace = componentsOf(steps.length, (vertex) => steps[vertex]!.same)
  const sizeInPlace = sizesOf(ringInPlace)
  const place = (vertex: number): string => nodes[Math.floor(vertex / KIND_COUNT)]!.at
  for (const [vertex, { same }] of steps.entries())
    if (sizeInPlace[ringInPlace[vertex]!]! > 1 || same.includes(vertex))
      return { ok: false, reason: 'endless', at: place(vertex) }
  const nextOf = ({ same, parts }: Step): number[] => [...same, ...parts.flat().flatMap(kindsOf)]
  const ringOf = componentsOf(steps.length, (vertex) => nextOf(steps[vertex]!))
  const costs = new Float64Array(Math.max(0, ...ringOf) + 1)
  const members = new Map<number, number[]>()
  for (const [vertex, ring] of ringOf.entries()) {
    const listed = members.get(ring)
    if (listed === undefined) members.set(ring, [vertex])
    else listed.push(vertex)
  }
  let evaluations = 0
  // Numbers rise against the edges: what a ring leads to has been worked out before it.
  for (const [ring, vertices] of [...members].toSorted(([a], [b]) => a - b)) {
    let cost = 0
    for (const vertex of vertices) {
      const { outside, inside } = weigh(steps[vertex]!, ring, ringOf, costs)
      if (inside > 1) return { ok: false, reason: 'exponential', at: place(vertex) }
      cost += 1 + outside
    }
    const isLoop = vertices.length > 1 || nextOf(steps[vertices[0]!]!).includes(vertices[0]!)
    costs[ring] = isLoop ? cost * depth : cost
    evaluations = Math.max(evaluations, costs[ring])
  }
  return { ok: true, evaluations }
}

/** The same schema for a value of each kind. */
function kindsOf(node: number): number[] {
  return KINDS.map((_, index) => node * KIND_COUNT + index)
}

function stepOf(node: SchemaNode, kind: (typeof KINDS)[number], index: number): Step {
  if (!canBe(node.keywords['type'], kind)) return { same: [], parts: [] }
  const same = node.same.map((each) => each * KIND_COUNT + index)
  if (kind === 'scalar') return { same, parts: [] }
  return { same, parts: kind === 'object' ? node.properties : node.items }
}

function canBe(type: unknown, kind: (typeof KINDS)[number]): boolean {
  const types: readonly unknown[] = Array.isArray(type) ? type : [type]
  if (type === undefined || isSchemaObject(type)) return true
  return types.some((each) =>
    kind === 'scalar' ? each !== 'object' && each !== 'array' : each === kind,
  )
}

/** What a step costs outside of its ring, and by how many ways at once it goes on inside of it. */
function weigh(
  { same, parts }: Step,
  ring: number,
  ringOf: Int32Array,
  costs: Float64Array,
): { readonly outside: number; readonly inside: number } {
  let [outside, inside] = [0, 0]
  for (const vertex of same) {
    if (ringOf[vertex] === ring) inside++
    else outside += costs[ringOf[vertex]!]!
  }
  let [mostOutside, mostInside] = [0, 0]
  for (const list of parts) {
    let [partOutside, partInside] = [0, 0]
    for (const node of list) {
      const rings = kindsOf(node).map((vertex) => ringOf[vertex]!)
      if (rings.includes(ring)) partInside++
      else partOutside += Math.max(...rings.map((each) => costs[each]!))
    }
    mostOutside = Math.max(mostOutside, partOutside)
    mostInside = Math.max(mostInside, partInside)
  }
  return { outside: outside + mostOutside, inside: inside + mostInside }
}

function sizesOf(ringOf: Int32Array): Int32Array {
  const sizes = new Int32Array(Math.max(0, ...ringOf) + 1)
  for (const ring of ringOf) sizes[ring]! += 1
  return sizes
}
