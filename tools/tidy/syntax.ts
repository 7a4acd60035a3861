// Small readings of a parsed file: names, texts, children and lines of its nodes.

/** A node of the syntax tree, as far as the rules need to know it. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export type LineOf = (offset: number) => number

/** `a.b.c` of an identifier or member chain; an empty text for anything else. */
export function nameOf(node: unknown): string {
  if (!isNode(node)) return ''
  if (node.type === 'Identifier') return String(node['name'])
  if (node.type === 'MetaProperty') return `${nameOf(node['meta'])}.${nameOf(node['property'])}`
  if (node.type === 'MemberExpression' && node['computed'] !== true) {
    return `${nameOf(node['object'])}.${nameOf(node['property'])}`
  }
  return ''
}

/** Text of a string or template; holes of a template read as `?`. */
export function textOf(node: Node): string | undefined {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : undefined
  if (node.type !== 'TemplateLiteral') return undefined
  return nodesOf(node['quasis'])
    .map((quasi) => (quasi['value'] as { readonly raw: string }).raw)
    .join('?')
}

/** The texts an expression may come to: itself, or those of both branches. */
export function textsOf(node: Node): string[] {
  const text = textOf(node)
  if (text !== undefined) return [text]
  if (node.type !== 'ConditionalExpression') return []
  return [...nodesOf(node['consequent']), ...nodesOf(node['alternate'])].flatMap(textsOf)
}

export function nodesOf(value: unknown): Node[] {
  return (Array.isArray(value) ? value : [value]).filter(isNode)
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  )
}

/** Turns an offset into a line, counted from 1. */
export function lineIndexOf(text: string): LineOf {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}
