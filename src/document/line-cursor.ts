// Moves through one line of markdown by columns, as CommonMark section 2.2 asks: a tab reaches to the next fourth column.

const TAB = 9
const SPACE = 32

/** Position within the current line. Offsets index the whole text; columns count from 0 and exist only for indentation. */
export class LineCursor {
  readonly text: string
  /** Counted from 1. */
  line = 0
  pos = 0
  end = 0
  column = 0
  /** First character that is no blank, and its column. */
  next = 0
  nextColumn = 0
  isBlank = true
  /** Columns between the cursor and the next character. */
  indent = 0
  #isInsideTab = false

  constructor(text: string) {
    this.text = text
  }

  startLine(line: number, start: number, end: number): void {
    this.line = line
    this.pos = start
    this.end = end
    this.column = 0
    this.#isInsideTab = false
    this.findNext()
  }

  /** Looks for the next character that is no blank, without moving. */
  findNext(): void {
    let at = this.pos
    let column = this.column
    while (at < this.end) {
      const code = this.text.charCodeAt(at)
      if (code === SPACE) column++
      else if (code === TAB) column += 4 - (column % 4)
      else break
      at++
    }
    this.next = at
    this.nextColumn = column
    this.isBlank = at >= this.end
    this.indent = column - this.column
  }

  get isIndented(): boolean {
    return this.indent >= 4
  }

  /** Code of the character `ahead` places behind the next visible one, NaN past the end of the line. */
  nextCode(ahead = 0): number {
    const at = this.next + ahead
    return at < this.end ? this.text.charCodeAt(at) : Number.NaN
  }

  advanceToNext(): void {
    this.pos = this.next
    this.column = this.nextColumn
    this.#isInsideTab = false
    this.indent = 0
  }

  advanceChars(count: number): void {
    for (let i = 0; i < count; i++) {
      this.column += this.text.charCodeAt(this.pos) === TAB ? 4 - (this.column % 4) : 1
      this.pos++
    }
    this.#isInsideTab = false
    this.findNext()
  }

  advanceColumns(count: number): void {
    let left = count
    while (left > 0 && this.pos < this.end) {
      const width = this.text.charCodeAt(this.pos) === TAB ? 4 - (this.column % 4) : 1
      this.#isInsideTab = width > left
      const step = Math.min(width, left)
      this.column += step
      if (!this.#isInsideTab) this.pos++
      left -= step
    }
    // Among blanks the next character stays the same; looking for it again at each level of a deep list costs most.
    if (this.pos <= this.next) this.indent = this.nextColumn - this.column
    else this.findNext()
  }

  /** True when a blank stands at the cursor. */
  get isAtBlank(): boolean {
    const code = this.pos < this.end ? this.text.charCodeAt(this.pos) : Number.NaN
    return code === SPACE || code === TAB
  }

  /** Where leaf content starts here, and how many columns of a split tab belong to it. */
  contentStart(): { start: number; padding: number } {
    if (!this.#isInsideTab) return { start: this.pos, padding: 0 }
    return { start: this.pos + 1, padding: 4 - (this.column % 4) }
  }

  /** The line from its next visible character on. */
  rest(): string {
    return this.text.slice(this.next, this.end)
  }
}
