// Names gates by where they stand and what they say, so that moving an item keeps its id.
import { slugOf } from '../kernel/index.ts'
import type { Heading } from '../document/index.ts'

/** Longest slug of one heading or title, in characters. */
const SLUG_LIMIT = 80
/** Most names above a gate that its id repeats; of deeper ones the outermost and the innermost half stay. */
const PATH_LIMIT_COUNT = 32
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
export function sectionHeadings(
  headings: readonly Heading[],
  titleStart: number | undefined,
): readonly Heading[] {
  return headings.filter((heading) => heading.start !== titleStart)
}

/**
 * One id per gate, in order: slugs of headings, items around it and title, joined by `/`. Gates with the same path get
 * a mark from their content; only gates that are equal in every byte are numbered by order.
 */
export function nameGates(gates: readonly IdParts[]): string[] {
  const slugs = new Map<string, string>()
  const slugOnce = (name: string): string => {
    const known = slugs.get(name)
    if (known !== undefined) return known
    const slug = shortSlug(name)
    slugs.set(name, slug)
    return slug
  }
  const paths = gates.map((gate) => pathOf(gate, slugOnce))
  const perPath = countEach(paths)
  const marked = paths.map((path, index) =>
    perPath.get(path) === 1 ? path : `${path}-${gates[index]!.hash.slice(0, MARK_LENGTH)}`,
  )
  const used = new Set<string>()
  const perMarked = countEach(marked)
  // Names nobody else has are given first, so that a numbered copy never takes one of them.
  for (const name of marked) if (perMarked.get(name) === 1) used.add(name)
  const next = new Map<string, number>()
  return marked.map((name) =>
    perMarked.get(name) === 1 ? name : numberedName(`${name}-`, 1, used, next),
  )
}

/** The first free number behind a stem; the numbers already tried are remembered, so that many copies stay cheap. */
function numberedName(
  stem: string,
  first: number,
  used: Set<string>,
  next: Map<string, number>,
): string {
  let number = next.get(stem) ?? first
  while (used.has(`${stem}${number}`)) number++
  next.set(stem, number + 1)
  used.add(`${stem}${number}`)
  return `${stem}${number}`
}

function pathOf(gate: IdParts, slugOnce: (name: string) => string): string {
  const names = [...gate.headings.map((heading) => heading.title), ...gate.parents]
  const half = PATH_LIMIT_COUNT / 2
  const kept =
    names.length > PATH_LIMIT_COUNT ? [...names.slice(0, half), ...names.slice(-half)] : names
  const above = kept.map(slugOnce).filter(Boolean)
  return [...above, shortSlug(gate.title) || `gate-${gate.hash.slice(0, MARK_LENGTH)}`].join('/')
}

function shortSlug(text: string): string {
  const slug = slugOf(text)
  return slug.length <= SLUG_LIMIT
    ? slug
    : slug
        .slice(0, SLUG_LIMIT)
        .toWellFormed()
        .replace(/[-\ufffd]+$/u, '')
}

function countEach(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

/** Gives slots and toggles of one gate their ids: slug of the label, numbered when taken. */
export function makeSpotNames(): (label: string, suffix: string) => string {
  const used = new Set<string>()
  const next = new Map<string, number>()
  return (label, suffix) => {
    const stem = (shortSlug(label) || 'value') + suffix
    if (used.has(stem)) return numberedName(`${stem}-`, 2, used, next)
    used.add(stem)
    return stem
  }
}
