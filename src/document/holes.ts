// Finds what a template's reader was meant to replace: `<X>`, `vX.Y.Z`, `YYYY-MM-DD`, `$VAR`, `[TBD]`, `_[Name]_`.
import { isPlaceholder } from './inline.ts'
import type { Span } from './inline.ts'

export type HoleKind = 'placeholder' | 'version' | 'date' | 'parameter' | 'open'

export interface Hole {
  readonly kind: HoleKind
  /** As it stands in the text. */
  readonly text: string
  readonly start: number
  readonly end: number
}

const HOLE = new RegExp(
  [
    '(?:(?<![\\w<])|(?<=\\bv))(?<placeholder><[A-Za-z][\\w. -]{0,60}>)',
    // In a word only capitals are meant to be replaced: `v1-rc<N>`, not `Promise<void>`.
    '(?<=[a-z\\d])(?<inner><[A-Z][A-Z0-9_ -]{0,60}>)',
    '(?<version>\\bv?[X\\d]{1,5}\\.Y(?:\\.[Z\\d]{1,5})?\\b|\\bvx\\.y\\.z\\b)',
    '(?<date>\\bYYYY[-/.]MM[-/.]DD\\b)',
    '(?<parameter>\\$(?:[A-Z_][A-Z0-9_]*\\b|\\{[A-Z_][A-Z0-9_]*\\}))',
    '(?<open>(?<!\\w)_?\\[(?:TBD|TBA|TODO|FIXME)\\]_?|_\\[[^\\]\\n[]{1,60}\\]_)',
  ].join('|'),
  'gu',
)

/** Holes of prose and inline code. */
export function findHoles(text: string, spans: readonly Span[]): Hole[] {
  return spans.flatMap((span) => {
    const piece = text.slice(span.start, span.end)
    // What stands before `<…>` decides whether it names a type, as in `Promise<void>`.
    const before = text.slice(Math.max(span.contextStart, span.start - 2), span.start)
    return holesIn(before + piece)
      .filter((hole) => hole.start >= before.length)
      .map((hole) => {
        const shift = span.start - before.length
        return { ...hole, start: hole.start + shift, end: hole.end + shift }
      })
  })
}

/** Holes of a code block; `$VAR` is left to whoever knows the block's language. */
export function findCodeHoles(source: string): Hole[] {
  return holesIn(source).filter((hole) => hole.kind !== 'parameter')
}

function holesIn(piece: string): Hole[] {
  if (!/[<$[Y]|vx\./.test(piece)) return []
  const holes: Hole[] = []
  for (const match of piece.matchAll(HOLE)) {
    const kind = kindOf(match.groups ?? {})
    if (kind === undefined || (kind === 'placeholder' && !isPlaceholder(match[0]))) continue
    holes.push({ kind, text: match[0], start: match.index, end: match.index + match[0].length })
  }
  return holes
}

const KINDS: readonly HoleKind[] = ['placeholder', 'version', 'date', 'parameter', 'open']

function kindOf(groups: Readonly<Record<string, string | undefined>>): HoleKind | undefined {
  if (groups['inner'] !== undefined) return 'placeholder'
  return KINDS.find((kind) => groups[kind] !== undefined)
}
