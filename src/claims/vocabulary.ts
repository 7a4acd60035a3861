// The words that reports use, as data: one table per language in `words/`, phrases split by `|`, lower case, `-` and `/` as blanks.

/**
 * What a phrase says. `complete` done · `whole` all of something · `work` what is counted as done · `ready` a verdict ·
 * `negative` a verdict against · `open` still owed · `demand` owed before the launch · `future`, `condition`, `negation`,
 * `expected` take a sentence back · the `level…` tags are the ladder's rungs · the `head…` tags tell what a heading is for.
 */
export type WordTag =
  | 'complete'
  | 'whole'
  | 'work'
  | 'ready'
  | 'negative'
  | 'open'
  | 'demand'
  | 'future'
  | 'condition'
  | 'negation'
  | 'expected'
  | 'exception'
  | 'approve'
  | 'group'
  | 'author'
  | 'subjective'
  | 'measured'
  | 'readying'
  | 'status'
  | 'next'
  | 'before'
  | 'level0'
  | 'level1'
  | 'level2'
  | 'level3'
  | 'level4'
  | 'level5'
  | 'level6'
  | 'headWhole'
  | 'headLater'
  | 'headLimits'
  | 'headRisks'
  | 'headDemand'
  | 'headPast'
  | 'headGuide'
  | 'product'

export type Vocabulary = Readonly<Partial<Record<WordTag, string>>>

export interface Language {
  readonly code: string
  /** Words that only running text of this language holds often. */
  readonly stopWords: string
  readonly words: Vocabulary
  /** January to December split by `|`, short forms by `,`. */
  readonly months: string
}
