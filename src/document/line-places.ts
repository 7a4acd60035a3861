// Turns offsets of a text into lines and columns.

export class LinePlaces {
  readonly #lineStarts: number[] = [0]

  constructor(text: string) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code !== 10 && code !== 13) continue
      if (code === 13 && text.charCodeAt(at + 1) === 10) at++
      this.#lineStarts.push(at + 1)
    }
  }

  /** Counted from 1; columns in UTF-16 units. */
  positionOf(index: number): { line: number; column: number } {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lineStarts[middle]! <= index) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: index - this.#lineStarts[low]! + 1 }
  }
}
