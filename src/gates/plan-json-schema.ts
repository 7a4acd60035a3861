// The published JSON Schema of plan files, made from the shape that plan files are held to.
import assert from 'node:assert/strict'
import { z } from 'zod'
import { planFileSchema } from './plan-schema.ts'
import { PLAN_WORDS } from './plan-words.ts'

/** As much of a JSON Schema (2020-12) as editors and the reference page read. */
export interface SchemaNode {
  description?: string
  readonly type?: string
  readonly const?: string
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  /** What each value under a free key has to be; true where it may be anything. */
  readonly additionalProperties?: SchemaNode | boolean
  readonly oneOf?: readonly SchemaNode[]
  readonly anyOf?: readonly SchemaNode[]
}

/** JSON Schema 2020-12 of `seaworthy-plan/1`, with a description for every key. */
export function planJsonSchema(): SchemaNode {
  const schema = z.toJSONSchema(planFileSchema, { io: 'input' }) as SchemaNode
  describeKeys(schema, [])
  return {
    ...schema,
    description: 'A Seaworthy plan: what runs for each gate of a release and how it is judged.',
  }
}

function describeKeys(node: SchemaNode, path: readonly string[]): void {
  for (const kind of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) describeKeys(kind, path)
  if (node.items !== undefined) describeKeys(node.items, [...path, '#'])
  const { additionalProperties: free } = node
  if (typeof free === 'object') describeKeys(free, [...path, '*'])
  const place = path.join('.')
  for (const [key, below] of Object.entries(node.properties ?? {})) {
    const words = PLAN_WORDS[place]?.[`${schemaKindOf(node)}.${key}`] ?? PLAN_WORDS[place]?.[key]
    assert.ok(words, `plan-words.ts has no words for the key ${key} at "${place}"`)
    below.description = words
    describeKeys(below, [...path, key])
  }
}

/** The value of the key that tells a kind from its siblings. */
export function schemaKindOf(node: SchemaNode): string {
  const named = node.properties?.['type'] ?? node.properties?.['from']
  return named?.const ?? ''
}
