// CI workflows that a sentence names as there, by the name that stands in their file.
import type { Outline, Passage } from './passages.ts'
import { isSetApart } from './place.ts'

/** Whose workflows they are must be said: products have workflows of their own. */
const OF_CI = /\b(?:github|actions|ci|ci\/cd|pipelines?)\b/i
const GONE = /\b(?:removed?|deleted?|disabled?|renamed|replaced|entfernt|gelöscht|supprimée?s?)\b/iu
const QUOTED = /["“„«]([^"”“»]{1,100})["”“»]/g
/** What a workflow file calls itself, at the start of a line; YAML knows three ways to write it. */
const NAME = /^name:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s#"'][^#\n]*))/m

/** @returns names in quotes or in code beside the word workflow; paths are files and looked up as such */
export function workflowNamesOf(outline: Outline, passage: Passage): string[] {
  const { text, tags, codes } = passage
  if (!/\bworkflows?\b/i.test(text) || !OF_CI.test(text) || GONE.test(text)) return []
  if (tags.has('future') || tags.has('condition') || tags.has('negation')) return []
  if (passage.box === 'open' || passage.glyph === 'open' || isSetApart(outline, passage)) return []
  const quoted = [...text.matchAll(QUOTED)].map(([, name]) => name!)
  const named = [...quoted, ...codes].map(workflowKeyOf)
  return [...new Set(named)].filter((name) => name !== '' && !/[./]/.test(name))
}

/** The name of a workflow file; undefined where it gives itself none. */
export function workflowNameIn(text: string): string | undefined {
  const [, double, single, plain] = NAME.exec(text) ?? []
  const name = workflowKeyOf(double ?? single ?? plain ?? '')
  return name === '' ? undefined : name
}

/** Names are the same however they are cased and spaced. */
function workflowKeyOf(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase()
}

/** Names that a sentence rests on and that are there. That a workflow exists does not show that it ran, or what it found. */
export function isBorneOutByWorkflows(
  outline: Outline,
  passage: Passage,
  known: ReadonlySet<string>,
): boolean {
  const { tags } = passage
  if (tags.has('level4') || tags.has('level5') || tags.has('level6')) return false
  const names = workflowNamesOf(outline, passage)
  return names.length > 0 && names.every((name) => known.has(name))
}
