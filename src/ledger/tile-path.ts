// Addresses of tiles: `<N>[.p/<W>]` as C2SP tlog-tiles spells them, each with one spelling only.
import type { TilePart } from './model.ts'
import { TILE_WIDTH } from './store.ts'

/** Beyond this an index is no safe integer once it is multiplied by a tile's width. */
const GROUP_LIMIT = 4
const GROUP_WIDTH = 1_000
const ADDRESS = /^((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** Undefined for any other spelling: too few or too many zeros, a width of 0 or 256, signs, escapes. */
export function parseTileAddress(text: string): Omit<TilePart, 'level'> | undefined {
  const [, above = '', last, widthText] = ADDRESS.exec(text) ?? []
  if (last === undefined) return undefined
  const groups = [...above.matchAll(/x(\d{3})/g)].map(([, digits]) => Number(digits))
  // A leading group of zeros would be a second spelling of the same index.
  if (groups.length >= GROUP_LIMIT || groups[0] === 0) return undefined
  const index = [...groups, Number(last)].reduce((sum, group) => sum * GROUP_WIDTH + group, 0)
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText)
  if (widthText !== undefined && width >= TILE_WIDTH) return undefined
  return { index, width }
}

/** Levels 0 to 63 in plain decimal. */
export function parseTileLevel(text: string): number | undefined {
  return /^(?:\d|[1-5]\d|6[0-3])$/.test(text) ? Number(text) : undefined
}
