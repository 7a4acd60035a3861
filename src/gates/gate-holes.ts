// Finds the holes of a gate: in its words and in the code that it runs.
import { findCodeHoles, findHoles, singleLine } from '../document/index.ts'
import type { Hole, MarkdownDocument } from '../document/index.ts'
import type { Binding } from './binding.ts'
import type { Candidate } from './candidate.ts'
import type { ImportedGate, ImportedHole } from './imported.ts'

/** A hole with its place and its kind. */
export interface PlacedHole extends ImportedHole {
  readonly kind: Hole['kind']
}

/** Holes of the prose of the gate, and of the code that it runs. */
export function gateHoles(
  document: MarkdownDocument,
  candidate: Candidate,
  blocks: ImportedGate['blocks'],
  binding: Binding,
): PlacedHole[] {
  const inCode = blocks
    .filter((block) => block.kind === 'runnable')
    .flatMap((block) => {
      const holes = block.inline ? [] : findCodeHoles(block.source)
      // Parameters are never spliced into SQL, so there `$NAME` is a place to fill by hand; `$tag$` opens a quotation.
      if (binding.check?.type === 'sql') holes.push(...sqlParameters(block.source))
      return holes.map((hole) => ({
        kind: hole.kind,
        text: singleLine(hole.text),
        ...placeInBlock(block, hole.start),
      }))
    })
  const inProse = findHoles(document.reading.text, candidate.spans).map((hole) => ({
    kind: hole.kind,
    text: singleLine(hole.text),
    ...document.positionOf(hole.start),
  }))
  return [...inProse, ...inCode]
}

function sqlParameters(source: string): Hole[] {
  return [...source.matchAll(/\$(?:[A-Z_][A-Z0-9_]*\b(?!\$)|\{[A-Z_][A-Z0-9_]*\})/g)].map(
    (match) => ({
      kind: 'open',
      text: match[0],
      start: match.index,
      end: match.index + match[0].length,
    }),
  )
}

function placeInBlock(
  block: ImportedGate['blocks'][number],
  index: number,
): { line: number; column: number } {
  const before = block.source.slice(0, index).split('\n')
  const place = block.lines[before.length - 1] ?? block
  return { line: place.line, column: place.column + before.at(-1)!.length }
}
