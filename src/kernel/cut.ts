// Cuts text to a length without leaving half a character at its end; pure.

/** Half of a pair that stands alone. */
const HALF_AT_END = /\p{Cs}$/u

/** The beginning of `text`, at most `limitLength` units of UTF-16 long: well-formed where the text is. */
export function cutText(text: string, limitLength: number): string {
  return text.slice(0, limitLength).replace(HALF_AT_END, '')
}
