// Which files of a repository the claims of a report point at.
import type { Outline, Passage } from './passages.ts'
import { isSetApart } from './place.ts'
import { filesIn } from './subject.ts'

/** Files looked up for one report. */
export const POINTER_LIMIT = 2_000

/** Files that the sentence says are gone, or were called otherwise. */
const GONE =
  /\b(?:removed?|deleted?|dropped|renamed|moved|replaced|formerly|gitignored?|generated|entfernt|gelöscht|umbenannt|supprimée?s?|renommée?s?|eliminad[oa]s?|renombrad[oa]s?|silindi|kaldırıldı)\b/iu
const RELATIVE = /^(?:\.\/)?[\w@.-]+(?:\/[\w@.-]+)*$/

/** Paths that the passage claims to exist: in code, or as an item of their own; not commands, branches or addresses. */
export function pointersOf(outline: Outline, passage: Passage): string[] {
  if (passage.tags.has('future') || passage.tags.has('condition') || passage.tags.has('negation'))
    return []
  if (passage.box === 'open' || passage.glyph === 'open' || isSetApart(outline, passage)) return []
  if (GONE.test(passage.text)) return []
  const named = [...passage.codes.filter((code) => !code.includes(' ')), ...leadFile(passage)]
  return [...new Set(named)].filter(isFilePath).slice(0, 10)
}

function leadFile({ text, codes, kind }: Passage): string[] {
  if (kind !== 'item' || codes.length > 0) return []
  const bare = text.replace(/^[^\p{L}\p{N}._]+/u, '')
  const [first] = filesIn(bare)
  return first !== undefined && bare.startsWith(first) ? [first] : []
}

/** With a folder or not, but with an extension, so that branches and routes are left alone. */
function isFilePath(path: string): boolean {
  if (!RELATIVE.test(path) || path.length > 300 || path.split('/').includes('..')) return false
  const name = path.split('/').at(-1)!
  return /^[\w@.-]*[\w@-]\.[a-z][a-z0-9]{0,5}$/i.test(name) && !/^v?\d+(?:\.\d+)+/.test(name)
}

/** Every pointer of the report, each once, in the order they stand. */
export function allPointers(outline: Outline): string[] {
  const found = new Set<string>()
  for (const passage of outline.passages) {
    for (const path of pointersOf(outline, passage)) found.add(path)
    if (found.size >= POINTER_LIMIT) break
  }
  return [...found].slice(0, POINTER_LIMIT)
}
