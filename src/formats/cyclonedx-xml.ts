// CycloneDX in XML, turned into the members that its JSON form has, so that both are read by one reader.
import type { Json } from '../kernel/index.ts'
import { ReportMismatch } from './report.ts'
import { walkXml } from './xml.ts'
import type { XmlAttributes, XmlHandler } from './xml.ts'

/** Elements whose children are a list in the JSON form. */
const LISTS: ReadonlySet<string> = new Set([
  'components',
  'vulnerabilities',
  'ratings',
  'affects',
  'references',
  'licenses',
])
/** Elements that hold text. */
const TEXTS: ReadonlySet<string> = new Set([
  'version',
  'purl',
  'id',
  'name',
  'expression',
  'severity',
  'state',
  'justification',
  'detail',
  'ref',
])
/** Everything that the JSON reader looks at; other elements are walked over and not kept. */
const KEPT: ReadonlySet<string> = new Set([
  ...LISTS,
  ...TEXTS,
  'bom',
  'metadata',
  'component',
  'vulnerability',
  'rating',
  'target',
  'reference',
  'license',
  'analysis',
])
const NAMESPACE = /^http:\/\/cyclonedx\.org\/schema\/bom\/([0-9.]{1,8})$/

interface Element {
  readonly name: string
  readonly members: Map<string, Json>
  readonly list: Json[]
  text: string
}

/** The `bom` element as the JSON form would have it. @throws ReportMismatch */
export function cycloneDxMembers(text: string): { readonly [key: string]: Json } {
  const reader = new BomReader()
  walkXml(text, reader)
  return reader.root
}

class BomReader implements XmlHandler {
  root: { readonly [key: string]: Json } = {}
  readonly #open: Element[] = []
  #ignoredDepth = 0

  open(name: string, attributes: XmlAttributes, depth: number): void {
    if (this.#ignoredDepth > 0 || !KEPT.has(name)) {
      this.#ignoredDepth++
      return
    }
    const members = new Map<string, Json>()
    if (depth === 0) members.set('specVersion', versionOf(name, attributes))
    const reference = attributes.get('bom-ref')
    if (reference !== undefined) members.set('bom-ref', reference)
    this.#open.push({ name, members, list: [], text: '' })
  }

  text(text: string): void {
    const element = this.#open.at(-1)
    if (this.#ignoredDepth === 0 && element !== undefined && TEXTS.has(element.name))
      element.text += text
  }

  close(): void {
    if (this.#ignoredDepth > 0) {
      this.#ignoredDepth--
      return
    }
    const element = this.#open.pop()
    if (element === undefined) return
    const value = valueOf(element)
    const parent = this.#open.at(-1)
    if (parent === undefined) this.root = value as { readonly [key: string]: Json }
    else if (LISTS.has(parent.name)) parent.list.push(itemOf(element.name, value))
    else if (parent.members.has(element.name))
      throw new ReportMismatch(`expected ${element.name} once in ${parent.name}, got it again`)
    else parent.members.set(element.name, value)
  }
}

function versionOf(name: string, attributes: XmlAttributes): string {
  for (const [key, value] of attributes) {
    const version =
      key === 'xmlns' || key.startsWith('xmlns:') ? NAMESPACE.exec(value)?.[1] : undefined
    if (name === 'bom' && version !== undefined) return version
  }
  throw new ReportMismatch('expected a bom element of CycloneDX')
}

function valueOf(element: Element): Json {
  if (LISTS.has(element.name)) return element.list
  return TEXTS.has(element.name) ? element.text.trim() : Object.fromEntries(element.members)
}

/** In JSON a licence is wrapped once more, and an expression is a member of its list entry. */
function itemOf(name: string, value: Json): Json {
  return name === 'license' || name === 'expression' ? { [name]: value } : value
}
