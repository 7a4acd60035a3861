// Branches, tags and commits that a sentence names as there: where something was merged, what was tagged, which commit it was.
import type { Outline, Passage } from './passages.ts'
import { isSetApart } from './place.ts'

export interface GitName {
  /** `target` is a branch that something is said to be merged into. */
  readonly kind: 'target' | 'branch' | 'tag' | 'commit'
  readonly name: string
}

/** What the files of git say of a name; `unknown` where they cannot tell. */
export type GitFact = 'there' | 'absent' | 'unknown'

/** Names of one report that are looked up. */
const NAME_LIMIT = 200

const GONE =
  /\b(?:deleted?|removed?|renamed|retagged|untagged|dropped|gelöscht|supprimée?s?|eliminad[oa]s?|silindi)\b/iu
const MERGED = /\bmerged\s+(?:[\w./-]{1,100}\s+)?(?:in)?to\s+(?:the\s+)?([\w./-]{1,100})/gi
const TRUNKS = /^(?:main|master|trunk|develop)$/
const TAGGED = /\btag(?:ged)?(?:\s+as)?\s+(v?\d[\w.+-]{0,60})/gi
const COMMIT = /\bcommit\s+([0-9a-f]{7,40})\b/gi
const BRANCHES = [/\bbranch\s+([\w./-]{1,100})/gi, /([\w./-]{1,100})\s+branch\b/gi]

export function gitNamesOf(outline: Outline, passage: Passage): GitName[] {
  const { text, tags, codes } = passage
  if (!/\b(?:merged|tag|tagged|commit|branch)\b/i.test(text)) return []
  if (tags.has('future') || tags.has('condition') || tags.has('negation') || GONE.test(text))
    return []
  if (passage.box === 'open' || passage.glyph === 'open' || isSetApart(outline, passage)) return []
  const found: GitName[] = []
  const add = (kind: GitName['kind'], raw: string | undefined): void => {
    const name = raw?.replace(/[.,-]+$/, '') ?? ''
    if (isPlainRef(name) && !found.some((each) => each.name === name)) found.push({ kind, name })
  }
  for (const [, name] of text.matchAll(MERGED))
    if (TRUNKS.test(name!.replace(/[.,-]+$/, '')) || codes.includes(name!)) add('target', name)
  for (const [, name] of text.matchAll(TAGGED)) add('tag', name)
  for (const [, name] of text.matchAll(COMMIT)) add('commit', name)
  for (const pattern of BRANCHES)
    for (const [, name] of text.matchAll(pattern)) if (codes.includes(name!)) add('branch', name)
  return found
}

/** Every name of the report, each once. */
export function allGitNames(outline: Outline): GitName[] {
  const found = new Map<string, GitName>()
  for (const passage of outline.passages) {
    for (const each of gitNamesOf(outline, passage)) found.set(keyOf(each), each)
    if (found.size >= NAME_LIMIT) break
  }
  return [...found.values()].slice(0, NAME_LIMIT)
}

export function keyOf({ kind, name }: GitName): string {
  return `${kind === 'target' ? 'branch' : kind} ${name}`
}

/** No name that could leave the folder of references. */
function isPlainRef(name: string): boolean {
  return /^[\w][\w./+-]{0,99}$/.test(name) && !/\.\.|\/\/|\/\.|\.lock$|\/$/.test(name)
}

/**
 * Names that a sentence rests on and that are there. A branch that exists does not show that anything was merged into it, and a
 * tag not that it was deployed: then nothing is resolved.
 */
export function isBorneOutByGit(
  outline: Outline,
  passage: Passage,
  facts: ReadonlyMap<string, GitFact>,
): boolean {
  const { tags } = passage
  if (tags.has('level4') || tags.has('level5') || tags.has('level6')) return false
  const names = gitNamesOf(outline, passage)
  return (
    names.length > 0 &&
    names.every((each) => each.kind !== 'target' && facts.get(keyOf(each)) === 'there')
  )
}
