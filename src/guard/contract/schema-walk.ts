// Takes a JSON Schema 2020-12 apart into its schemas: where each stands, and which it applies to the same value or to a part of it.

/** One schema that is an object; booleans apply nothing and are left out. */
export interface SchemaNode {
  /** JSON Pointer within the document. */
  readonly at: string
  readonly keywords: Readonly<Record<string, unknown>>
  /** Applied to the very same value: `allOf`, `$ref`, `if` and the like. */
  readonly same: number[]
  /** Applied to one property; each list may meet one property at once. */
  readonly properties: number[][]
  /** Applied to one item; each list may meet one item at once. */
  readonly items: number[][]
}

export interface WalkLimits {
  /** Schemas of one document. */
  readonly schemaCount: number
  /** Schemas inside of schemas. */
  readonly depth: number
}

const SAME_SINGLE = ['not', 'if', 'then', 'else']
const SAME_LISTS = ['allOf', 'anyOf', 'oneOf']
const UNAPPLIED = ['$defs', 'definitions']

type Walked =
  | { readonly ok: true; readonly nodes: readonly SchemaNode[] }
  | { readonly ok: false; readonly reason: 'too-many-schemas' | 'too-deep'; readonly at: string }

/** `$ref` is not followed here: `linkReferences` adds those edges. */
export function walkSchema(root: unknown, limits: WalkLimits): Walked {
  const nodes: SchemaNode[] = []
  const open: {
    readonly value: unknown
    readonly at: string
    readonly depth: number
    tell(id: number): void
  }[] = [{ value: root, at: '', depth: 0, tell: () => undefined }]
  while (open.length > 0) {
    const { value, at, depth, tell } = open.pop()!
    if (!isSchemaObject(value)) continue
    if (depth > limits.depth) return { ok: false, reason: 'too-deep', at }
    if (nodes.length >= limits.schemaCount) return { ok: false, reason: 'too-many-schemas', at }
    const node: SchemaNode = { at, keywords: value, same: [], properties: [], items: [] }
    const id = nodes.push(node) - 1
    tell(id)
    for (const child of childrenOf(node)) open.push({ ...child, depth: depth + 1 })
  }
  return { ok: true, nodes }
}

interface Child {
  readonly value: unknown
  readonly at: string
  tell(id: number): void
}

function childrenOf(node: SchemaNode): Child[] {
  const { at, keywords, same } = node
  const children: Child[] = []
  const visit = (path: string, value: unknown, tell: (id: number) => void): void =>
    void children.push({ value, at: `${at}/${path}`, tell })
  const intoSame = (id: number): void => void same.push(id)
  for (const word of SAME_SINGLE) visit(word, keywords[word], intoSame)
  for (const word of SAME_LISTS)
    for (const [index, each] of listOf(keywords[word]).entries())
      visit(`${word}/${index}`, each, intoSame)
  for (const [name, each] of entriesOf(keywords['dependentSchemas']))
    visit(`dependentSchemas/${pointerStep(name)}`, each, intoSame)
  for (const word of UNAPPLIED)
    for (const [name, each] of entriesOf(keywords[word]))
      visit(`${word}/${pointerStep(name)}`, each, () => undefined)
  visitProperties(node, visit)
  visitItems(node, visit)
  return children
}

type Visit = (path: string, value: unknown, tell: (id: number) => void) => void

/** A named property may meet every pattern beside it; what is additional meets neither. */
function visitProperties({ keywords, properties }: SchemaNode, visit: Visit): void {
  const byPattern: number[] = []
  const byName: number[][] = []
  properties.push(byPattern)
  for (const [pattern, each] of entriesOf(keywords['patternProperties']))
    visit(`patternProperties/${pointerStep(pattern)}`, each, (id) => {
      for (const list of byName) list.push(id)
      byPattern.push(id)
    })
  for (const [name, each] of entriesOf(keywords['properties']))
    visit(`properties/${pointerStep(name)}`, each, (id) => {
      const list = [id, ...byPattern]
      byName.push(list)
      properties.push(list)
    })
  for (const word of ['additionalProperties', 'unevaluatedProperties'])
    visit(word, keywords[word], (id) => void properties.push([id]))
  // Names are strings: what is said of them goes no deeper.
  visit('propertyNames', keywords['propertyNames'], (id) => void properties.push([id]))
}

/** An item may meet `contains` beside whatever its place says. */
function visitItems({ keywords, items }: SchemaNode, visit: Visit): void {
  const contained: number[] = []
  items.push(contained)
  visit('contains', keywords['contains'], (id) => {
    for (const list of items) list.push(id)
  })
  for (const [index, each] of listOf(keywords['prefixItems']).entries())
    visit(`prefixItems/${index}`, each, (id) => void items.push([id, ...contained]))
  for (const word of ['items', 'unevaluatedItems'])
    visit(word, keywords[word], (id) => void items.push([id, ...contained]))
}

export function isSchemaObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Own entries of a map of schemas. */
function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isSchemaObject(value) ? Object.entries(value) : []
}

/** A step of a JSON Pointer (RFC 6901). */
function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
