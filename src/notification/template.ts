// Templates of messages: Markdown with named slots, lists and conditions, and nothing else; what is not known is refused. Pure.
import { escapedLine } from './markup.ts'
import { notificationFault } from './errors.ts'

/** A value of a slot: a line, a list of records of lines, or nothing yet. */
export type SlotValue = string | readonly Readonly<Record<string, string>>[] | null
export type SlotValues = Readonly<Record<string, SlotValue>>

/** What may stand in a template: names of lines, and names of lists with those of their records. */
export interface SlotNames {
  readonly lines: readonly string[]
  readonly lists: Readonly<Record<string, readonly string[]>>
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'slot'; readonly name: string }
  | {
      readonly kind: 'if' | 'each'
      readonly name: string
      readonly parts: readonly Part[]
      readonly otherwise: readonly Part[]
    }

export type Template = readonly Part[]

const NAME_FORM = /^[a-z][A-Za-z0-9]*(?:\.[a-z][A-Za-z0-9-]*)?$/
/** Values that whoever sends gives: `given.deadline`. */
const GIVEN = 'given.'
const DEPTH_LIMIT = 5
export const RENDERED_LIMIT_LENGTH = 20_000

function refusal(words: string) {
  return notificationFault('NOTIFICATION_TEMPLATE_REFUSED', words)
}

/** @throws NOTIFICATION_TEMPLATE_REFUSED for what is no template, or names a slot that there is not */
export function parseTemplate(text: string, names: SlotNames): Template {
  if (/\{\{\{|\}\}\}/.test(text)) throw refusal('expected two braces, not three')
  return new TemplateReader(text, names).read()
}

class TemplateReader {
  readonly #tokens: readonly string[]
  readonly #names: SlotNames
  #at = 0

  constructor(text: string, names: SlotNames) {
    this.#tokens = text.split(/(\{\{[^{}]*\}\})/)
    this.#names = names
  }

  read(): Template {
    return this.#readUntil(undefined, undefined, 0).parts
  }

  /** @param list the list whose records are being written @returns how it ended besides what it held */
  #readUntil(
    opener: 'if' | 'each' | undefined,
    list: string | undefined,
    depth: number,
  ): { readonly parts: readonly Part[]; readonly isElse: boolean } {
    if (depth > DEPTH_LIMIT) throw refusal(`expected at most ${DEPTH_LIMIT} levels`)
    const parts: Part[] = []
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at++] ?? ''
      const inner = /^\{\{(.*)\}\}$/s.exec(token)?.[1]?.trim()
      if (inner === undefined) {
        if (/\{\{|\}\}/.test(token)) throw refusal('expected {{ and }} in pairs')
        if (token !== '') parts.push({ kind: 'text', text: token })
      } else if (inner === `/${opener ?? ''}`) return { parts, isElse: false }
      else if (inner === 'else' && opener === 'if') return { parts, isElse: true }
      else parts.push(this.#readMark(inner, list, depth))
    }
    if (opener !== undefined) throw refusal(`expected {{/${opener}}}`)
    return { parts, isElse: false }
  }

  #readMark(inner: string, list: string | undefined, depth: number): Part {
    const [, kind, name = ''] = /^#(if|each) +(\S+)$/.exec(inner) ?? []
    if (kind === 'each') {
      if (list !== undefined || !Object.hasOwn(this.#names.lists, name))
        throw refusal(
          `expected a list (${Object.keys(this.#names.lists).join(', ')}), got ${JSON.stringify(name)}`,
        )
      return { kind, name, parts: this.#readUntil('each', name, depth + 1).parts, otherwise: [] }
    }
    if (kind === 'if') {
      this.#assertKnown(name, list, true)
      const { parts, isElse } = this.#readUntil('if', list, depth + 1)
      const otherwise = isElse ? this.#readUntil('if', list, depth + 1) : undefined
      if (otherwise?.isElse === true) throw refusal('expected one {{else}}')
      return { kind: 'if', name, parts, otherwise: otherwise?.parts ?? [] }
    }
    this.#assertKnown(inner, list, false)
    return { kind: 'slot', name: inner }
  }

  #assertKnown(name: string, list: string | undefined, mayBeList: boolean): void {
    const { lines, lists } = this.#names
    const isKnown =
      NAME_FORM.test(name) &&
      (name.startsWith(GIVEN) ||
        lines.includes(name) ||
        (list !== undefined && (lists[list] ?? []).includes(name)) ||
        (mayBeList && Object.hasOwn(lists, name)))
    if (isKnown) return
    const known = [...(list === undefined ? [] : (lists[list] ?? [])), ...lines, `${GIVEN}NAME`]
    throw refusal(`expected a slot (${known.join(', ')}), got ${JSON.stringify(name.slice(0, 60))}`)
  }
}

/** Values are lines of text and never markup. @throws NOTIFICATION_TEMPLATE_REFUSED for a slot that has no value */
export function renderTemplate(template: Template, values: SlotValues): string {
  const text = renderParts(template, values)
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  if (text.length > RENDERED_LIMIT_LENGTH)
    throw refusal(`expected at most ${RENDERED_LIMIT_LENGTH} characters once filled`)
  return text
}

function renderParts(parts: readonly Part[], values: SlotValues): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text
      const value = Object.hasOwn(values, part.name) ? values[part.name] : undefined
      if (part.kind === 'slot') {
        if (typeof value === 'string') return escapedLine(value)
        throw refusal(
          `expected a value of ${part.name}: ${part.name.startsWith(GIVEN) ? 'give it' : 'the release has none yet'}`,
        )
      }
      if (part.kind === 'if') {
        const holds = Array.isArray(value)
          ? value.length > 0
          : value !== undefined && value !== null && value !== ''
        return renderParts(holds ? part.parts : part.otherwise, values)
      }
      const records = Array.isArray(value)
        ? (value as readonly Readonly<Record<string, string>>[])
        : []
      return records.map((record) => renderParts(part.parts, { ...values, ...record })).join('')
    })
    .join('')
}
