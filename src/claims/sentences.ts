// Lines of running text and the sentences in them, each with the line on which it begins.

/** One line, or sentence, without inline marks; in `prose` each character of inline code is `CODE_MARK`. */
export interface PlainLine {
  readonly line: number
  readonly text: string
  readonly prose: string
  /** Ends with a hard break. */
  readonly isBroken?: boolean
  /** Begins with a bold label. */
  readonly isLabelled?: boolean
}

/** A private character, so that no word is ever found in code. */
const CODE_MARK = '\ue000'
const CODE_RUN = /\ue000+/g
const SENTENCE_END = /[.!?;](?=\s+[\p{Lu}\p{N}"“(✅⏳])/gu

/** `text` with the given pieces of code, which occur in it in this order, made unreadable. */
export function maskCode(text: string, codes: readonly string[]): string {
  const parts: string[] = []
  let from = 0
  for (const code of codes) {
    const at = text.indexOf(code, from)
    if (at < 0) continue
    parts.push(text.slice(from, at), CODE_MARK.repeat(code.length))
    from = at + code.length
  }
  parts.push(text.slice(from))
  return parts.join('')
}

/** The pieces of inline code of a line or sentence. */
export function codesIn({ text, prose }: Pick<PlainLine, 'text' | 'prose'>): string[] {
  if (!prose.includes(CODE_MARK)) return []
  return [...prose.matchAll(CODE_RUN)].map(({ index, 0: run }) =>
    text.slice(index, index + run.length),
  )
}

/** Lines of running text belong together; a hard break, a bold label or a status glyph begins anew. */
export function joinLines(rows: readonly PlainLine[]): PlainLine[][] {
  const groups: PlainLine[][] = []
  let isNew = true
  for (const row of rows) {
    if (isNew || row.isLabelled === true || /^[✅☑✔✓⏳☐❌🟢]/u.test(row.text)) groups.push([row])
    else groups.at(-1)!.push(row)
    isNew = row.isBroken === true
  }
  return groups
}

export function splitSentences(rows: readonly PlainLine[]): PlainLine[] {
  const starts: number[] = []
  let length = 0
  for (const row of rows) {
    starts.push(length)
    length += row.text.length + 1
  }
  const text = rows.map((row) => row.text).join(' ')
  const prose = rows.map((row) => row.prose).join(' ')
  const cuts = [...prose.matchAll(SENTENCE_END)].map(({ index }) => index + 1)
  let line = 0
  return [0, ...cuts].flatMap((from, index) => {
    const to = cuts[index] ?? text.length
    const piece = text.slice(from, to)
    const lead = piece.length - piece.trimStart().length
    const shown = piece.trim()
    if (shown === '') return []
    while (line + 1 < starts.length && starts[line + 1]! <= from + lead) line++
    return [
      {
        line: rows[line]!.line,
        text: shown,
        prose: prose.slice(from + lead, from + lead + shown.length),
      },
    ]
  })
}
