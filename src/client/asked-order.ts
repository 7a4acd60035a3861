// Which of several answers about one thing is the newest, by when this side asked: clocks of servers need not agree.

/** Counts questions; an answer that is given twice, because nothing changed, is as new as the last question. */
export class AskedOrder<Answer extends object> {
  readonly #turns = new WeakMap<Answer, number>()
  #count = 0

  /** What is read is no newer than the moment it was asked for. */
  async ask(question: () => Promise<Answer>): Promise<Answer> {
    const turn = ++this.#count
    const answer = await question()
    this.#turns.set(answer, Math.max(turn, this.#turnOf(answer)))
    return answer
  }

  /** What came back from a change shows the change, so it is newer than whatever was asked for before. */
  note(answer: Answer): void {
    this.#turns.set(answer, ++this.#count)
  }

  /** The first counts where nothing is known of any. */
  newestOf(first: Answer, ...others: readonly (Answer | undefined)[]): Answer {
    return others
      .filter((each) => each !== undefined)
      .reduce((best, each) => (this.#turnOf(each) > this.#turnOf(best) ? each : best), first)
  }

  #turnOf(answer: Answer): number {
    return this.#turns.get(answer) ?? 0
  }
}
