// As much of graphql's documents and schemas as is read; versions 15 to 17 have it, and none of them is imported.

/** A document as `parse` of graphql returns it. */
export interface DocumentLike {
  readonly definitions: readonly { readonly kind: string }[]
}

/** A schema of graphql. */
export interface SchemaLike {
  getTypeMap(): Readonly<Record<string, unknown>>
  getQueryType(): { readonly name: string } | null | undefined
  getMutationType(): { readonly name: string } | null | undefined
  getSubscriptionType(): { readonly name: string } | null | undefined
}

/** Any node of a document. It may come from outside as JSON, so that nothing is certain of it but what was looked at. */
export interface AstNode {
  readonly kind?: unknown
  readonly name?: { readonly value?: unknown } | null
  readonly alias?: { readonly value?: unknown } | null
  readonly operation?: unknown
  readonly arguments?: unknown
  readonly directives?: unknown
  readonly variableDefinitions?: unknown
  readonly variable?: AstNode | null
  readonly defaultValue?: AstNode | null
  readonly typeCondition?: AstNode | null
  readonly selectionSet?: { readonly selections?: unknown } | null
  readonly value?: unknown
  readonly values?: unknown
  readonly fields?: unknown
}

const NONE: readonly AstNode[] = []

/** The nodes of a list; what is no list or no node is left out. */
export function nodesOf(list: unknown): readonly AstNode[] {
  if (!Array.isArray(list) || list.length === 0) return NONE
  // A parser's lists hold nodes only; one that came as JSON may hold anything.
  return list.every(isNode) ? list : list.filter(isNode)
}

function isNode(value: unknown): value is AstNode {
  return typeof value === 'object' && value !== null
}

/** Neither undefined nor null: parsers leave out in one way, JSON in the other. */
export function isGiven<Value>(value: Value): value is NonNullable<Value> {
  return value !== undefined && value !== null
}

export function wordOf(node: AstNode | null | undefined): string {
  const value = node?.name?.value
  return typeof value === 'string' ? value : ''
}

export type VariableValues = Readonly<Record<string, unknown>>

/** What a literal or variable says, as far as a number, a truth, a list or an object can be seen in it. */
export class ValueReader {
  readonly #values: VariableValues
  readonly #defaults = new Map<string, AstNode>()

  constructor(operation: AstNode, values: VariableValues | null | undefined) {
    this.#values = values ?? {}
    for (const definition of nodesOf(operation.variableDefinitions)) {
      const { variable, defaultValue } = definition
      if (isGiven(variable) && isGiven(defaultValue))
        this.#defaults.set(wordOf(variable), defaultValue)
    }
  }

  /** undefined = not given. A variable that was not sent is its default, as execution has it; null stays null. */
  read(node: AstNode | null | undefined, levels = 8): unknown {
    if (!isGiven(node) || levels === 0) return undefined
    if (node.kind === 'Variable') {
      const name = wordOf(node)
      if (Object.hasOwn(this.#values, name) && this.#values[name] !== undefined)
        return this.#values[name]
      // A default holds no variables, so that this ends.
      return this.read(this.#defaults.get(name), levels - 1)
    }
    if (node.kind === 'NullValue') return null
    if (node.kind === 'ListValue') return nodesOf(node.values)
    if (node.kind === 'ObjectValue') return this.#readObject(node, levels)
    if (node.kind === 'IntValue' || node.kind === 'FloatValue') return Number(node.value)
    return node.value
  }

  /** The value that was sent for a variable, else the literal that stands for it. */
  variable(name: string): { readonly sent: unknown; readonly byDefault: AstNode | undefined } {
    const sent = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    return { sent, byDefault: this.#defaults.get(name) }
  }

  #readObject(node: AstNode, levels: number): VariableValues {
    const read: Record<string, unknown> = Object.create(null)
    for (const field of nodesOf(node.fields))
      read[wordOf(field)] = this.read(field.value as AstNode | null, levels - 1)
    return read
  }
}
