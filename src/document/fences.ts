// Takes a fenced code block out of its document: language, content and where each line of it stands.
import type { Block } from './block-tree.ts'
import type { LinePlaces } from './line-places.ts'
import type { Fence } from './markdown-model.ts'

export function readFence(text: string, block: Block, places: LinePlaces): Fence {
  const info = /^([\w+#.-]*)\s*(.*)$/s.exec(block.fence?.info ?? '')
  const { line, column } = places.positionOf(block.start)
  return {
    language: (info?.[1] ?? '').toLowerCase(),
    meta: info?.[2] ?? '',
    line,
    column,
    source: block.lines
      .map((row) => ' '.repeat(row.padding) + text.slice(row.start, row.end))
      .join('\n'),
    lines: block.lines.map((row) => places.positionOf(row.start)),
  }
}
