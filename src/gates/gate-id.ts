// Names gates by where they stand and what they say, so that moving an item keeps its id.
import { slugOf } from '../kernel/index.ts'
import type { Heading } from '../document/index.ts'

/** Longest slug of one heading or title, in characters. */
const SLUG_LIMIT = 80
/** Hexadecimal digits of the content hash that tell equal paths apart. */
const MARK_LENGTH = 8

export interface IdParts {
  /** Headings above the gate, outermost first. */
  readonly headings: readonly Heading[]
  /** Titles of the list items around it. */
  readonly parents: readonly string[]
  readonly title: string
  /** Hexadecimal hash of the gate's own source. */
  readonly hash: string
}

/** Headings that name sections: not the document's title. */
export function sectionHeadings(headings: readonly Heading[], titleStart: number | undefined): readonly Heading[] {
  return headings.filter((heading) => heading.start !== titleStart)
}

/**
 * One id per gate, in order: slugs of headings, items around it and title, joined by `/`. Gates with the same path get
 * a mark from their content; only gates that are equal in every byte are numbered by order.
 */
export function nameGates(gates: readonly IdParts[]): string[] {
  const paths = gates.map(pathOf)
  const perPath = countEach(paths)
  const marked = paths.map((path, index) =>
    perPath.get(path) === 1 ? path : `${path}-${gates[index]!.hash.slice(0, MARK_LENGTH)}`,
  )
  const used = new Set<string>()
  const perMarked = countEach(marked)
  // Names nobody else has are given first, so that a numbered copy never takes one of them.
  for (const name of marked) if (perMarked.get(name) === 1) used.add(name)
  return marked.map((name) => {
    if (perMarked.get(name) === 1) return name
    let number = 1
    while (used.has(`${name}-${number}`)) number++
    used.add(`${name}-${number}`)
    return `${name}-${number}`
  })
}

function pathOf(gate: IdParts): string {
  const above = [...gate.headings.map((heading) => heading.title), ...gate.parents].map(shortSlug).filter(Boolean)
  return [...above, shortSlug(gate.title) || `gate-${gate.hash.slice(0, MARK_LENGTH)}`].join('/')
}

export function shortSlug(text: string): string {
  const slug = slugOf(text)
  return slug.length <= SLUG_LIMIT ? slug : slug.slice(0, SLUG_LIMIT).toWellFormed().replace(/[-\ufffd]+$/u, '')
}

function countEach(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Ids of slots and toggles within one gate: slug of the label, numbered when taken. */
export function nameSpot(label: string, suffix: string, used: Set<string>): string {
  const stem = (shortSlug(label) || 'value') + suffix
  let name = stem
  for (let number = 2; used.has(name); number++) name = `${stem}-${number}`
  used.add(name)
  return name
}
