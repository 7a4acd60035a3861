// Hostile text made harmless for a terminal: nothing from a document or a program may steer the screen.

/** Control characters, lone surrogates, line and paragraph separators, marks that turn the writing direction. */
const STEERING = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** One line: white space becomes a blank, whatever else could steer is shown as `\u{…}`. */
export function harmlessLine(text: string): string {
  return text.replace(STEERING, (found) =>
    /\s/.test(found) ? ' ' : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
  )
}

/** As `harmlessLine`, but line feeds stay. */
export function harmlessText(text: string): string {
  return text.split('\n').map(harmlessLine).join('\n')
}

/**
 * CI systems obey what a log says: `##vso[…]` and `##[…]` anywhere (Azure, GitHub's older form), `::…` at the beginning of a line
 * (GitHub), `---`, `+++`, `~~~` and `^^^` there (Buildkite). A text in which these are broken up gives no command.
 */
export function withoutLogCommands(text: string): string {
  return text
    .replace(/##(?=\[|vso\[)/g, '# #')
    .replace(/^(\s*)(::|---|\+\+\+|~~~|\^\^\^)/gm, '$1\u00b7 $2')
}

/** One line of JSON that says the same and gives no such command. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(/##(?=\[|vso\[)/g, '#\\u0023')
}
