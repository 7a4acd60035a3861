// The published schema accepts and refuses what the reader of plan files accepts and refuses.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { planJsonSchema } from './plan-json-schema.ts'
import type { SchemaNode } from './plan-json-schema.ts'
import { planFileSchema } from './plan-schema.ts'
import { PLAN_WORDS } from './plan-words.ts'

const example: Record<string, unknown> = parse(
  readFileSync(new URL('../../examples/harbour/release/plan.yaml', import.meta.url), 'utf8'),
)

function aValidator(): (value: unknown) => boolean {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(planJsonSchema())
  return (value) => validate(value)
}

test('an independent validator accepts the example plan by the published schema', () => {
  assert.ok(aValidator()(example))
})

test('leaving out or adding any one key is judged by the published schema as by the reader', () => {
  const accepts = aValidator()
  let tried = 0
  const judge = (): void => {
    tried++
    assert.equal(accepts(example), planFileSchema.safeParse(example).success)
  }
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, kept] of Object.entries(value)) {
      visit(kept)
      if (Array.isArray(value)) continue
      Reflect.deleteProperty(value, key)
      judge()
      Reflect.set(value, key, 7)
      judge()
      Reflect.set(value, key, kept)
    }
    if (Array.isArray(value)) return
    Reflect.set(value, 'surplus', 'x')
    judge()
    Reflect.deleteProperty(value, 'surplus')
  }
  visit(example)
  assert.ok(tried > 500, `expected many variants, tried ${tried}`)
})

test('words are written for keys that exist, and for no other', () => {
  const used = new Set<string>()
  const visit = (node: SchemaNode, path: readonly string[]): void => {
    for (const kind of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) visit(kind, path)
    if (node.items !== undefined) visit(node.items, [...path, '#'])
    const { additionalProperties: free } = node
    if (typeof free === 'object') visit(free, [...path, '*'])
    for (const [key, below] of Object.entries(node.properties ?? {})) {
      used.add(below.description ?? '')
      visit(below, [...path, key])
    }
  }
  visit(planJsonSchema(), [])
  const written = Object.values(PLAN_WORDS).flatMap((place) => Object.values(place))
  assert.ok(written.length > 50)
  assert.deepEqual(
    written.filter((words) => !used.has(words)),
    [],
  )
})
