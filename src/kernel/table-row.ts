// Splits one line of a GFM table into its cells.

/** Offsets of a cell's content without the blanks around it; both equal when the cell is empty. */
export interface CellRange {
  readonly start: number
  readonly end: number
}

/** Cells of a row, in the text's own offsets. A pipe counts unless a backslash stands before it (GFM section 4.10). */
export function splitRow(text: string, start: number, end: number): CellRange[] {
  let from = start
  if (text.charCodeAt(from) === 124) from++
  const cells: CellRange[] = []
  let cellStart = from
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at)
    if (code === 92 && (text.charCodeAt(at + 1) === 124 || text.charCodeAt(at + 1) === 92)) at++
    else if (code === 124) {
      cells.push(trimmedRange(text, cellStart, at))
      cellStart = at + 1
    }
  }
  // A closing pipe ends the last cell; anything behind it is one more cell.
  if (cellStart < end || cells.length === 0) cells.push(trimmedRange(text, cellStart, end))
  return cells
}

export function countCells(line: string): number {
  const trimmed = line.trim()
  return splitRow(trimmed, 0, trimmed.length).length
}

function trimmedRange(text: string, start: number, end: number): CellRange {
  let from = start
  let to = end
  while (from < to && isBlank(text.charCodeAt(from))) from++
  while (to > from && isBlank(text.charCodeAt(to - 1))) to--
  // An empty cell is written to after one blank, so that a pipe never touches the value.
  if (from === to) return { start: Math.min(start + 1, end), end: Math.min(start + 1, end) }
  return { start: from, end: to }
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
