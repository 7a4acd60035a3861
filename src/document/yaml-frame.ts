// Shows the place of a mistake in a YAML file: line, column, the line itself and a caret.

/** Widest line shown, in UTF-16 units; longer ones are cut around the place. */
const FRAME_WIDTH_UNITS = 120

/** `message` with line and column, the line itself and a caret below the place; control characters shown as `·`. */
export function frameOf(
  text: string,
  place: { line: number; col: number },
  message: string,
): string {
  const { line, col } = place
  const full = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ')
  const from = Math.max(0, col - 1 - FRAME_WIDTH_UNITS / 2)
  const shown = full
    .slice(from, from + FRAME_WIDTH_UNITS)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '·')
  const gutter = `${line} | `
  return `line ${line}, column ${col}: ${message}\n${gutter}${shown}\n${' '.repeat(gutter.length + col - 1 - from)}^`
}
