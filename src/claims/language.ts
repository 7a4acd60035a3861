// Knows every language's phrases, says which languages a text speaks, and finds the phrases in a sentence.
import { LANGUAGES } from './words/languages.ts'
import type { Language, WordTag } from './vocabulary.ts'

/** A phrase found in a sentence: which word it starts at and how many it spans. */
export interface Mark {
  readonly tag: WordTag
  readonly at: number
  readonly length: number
}

export interface Lexicon {
  readonly codes: readonly string[]
  /** Month number, 1 to 12, by name. */
  readonly months: ReadonlyMap<string, number>
  marksOf(words: readonly string[]): Mark[]
}

/** How much of a text is looked at to tell its languages. */
const SAMPLE_LIMIT_CHARACTERS = 40_000
/** Share of stop words from which a text speaks a language besides English. */
const STOP_WORD_SHARE = 0.06

const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}'’]*%?/gu

/** Lower case words without marks; a hyphen or slash parts words. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().replaceAll('’', "'").match(WORD) ?? []
}

export function makeLexicon(text: string): Lexicon {
  const sample = wordsOf(text.slice(0, SAMPLE_LIMIT_CHARACTERS))
  const counts = new Map<string, number>()
  for (const word of sample) counts.set(word, (counts.get(word) ?? 0) + 1)
  const spoken = LANGUAGES.filter((language, index) => {
    if (index === 0) return true
    const hits = language.stopWords
      .split('|')
      .reduce((sum, word) => sum + (counts.get(word) ?? 0), 0)
    return hits >= 3 && hits / sample.length >= STOP_WORD_SHARE
  })
  return lexiconOf(spoken)
}

const LEXICONS = new Map<string, Lexicon>()

function lexiconOf(languages: readonly Language[]): Lexicon {
  const key = languages.map(({ code }) => code).join()
  const known = LEXICONS.get(key)
  if (known !== undefined) return known
  const made = buildLexicon(languages)
  LEXICONS.set(key, made)
  return made
}

function buildLexicon(languages: readonly Language[]): Lexicon {
  const phrases = new Map<string, WordTag[]>()
  const longest = new Map<string, number>()
  const months = new Map<string, number>()
  for (const language of languages) {
    for (const [tag, list] of Object.entries(language.words)) {
      for (const phrase of list.split('|')) addPhrase(phrases, longest, phrase, tag as WordTag)
    }
    language.months.split('|').forEach((names, index) => {
      for (const name of names.split(',')) months.set(name, index + 1)
    })
  }
  return {
    codes: languages.map(({ code }) => code),
    months,
    marksOf(words) {
      const marks: Mark[] = []
      for (let at = 0; at < words.length; at++) {
        const limit = longest.get(words[at]!) ?? 0
        let phrase = ''
        for (let length = 1; length <= limit && at + length <= words.length; length++) {
          phrase = length === 1 ? words[at]! : `${phrase} ${words[at + length - 1]!}`
          for (const tag of phrases.get(phrase) ?? []) marks.push({ tag, at, length })
        }
      }
      return marks
    },
  }
}

function addPhrase(
  phrases: Map<string, WordTag[]>,
  longest: Map<string, number>,
  phrase: string,
  tag: WordTag,
): void {
  const words = wordsOf(phrase)
  const key = words.join(' ')
  const tags = phrases.get(key)
  if (tags === undefined) phrases.set(key, [tag])
  else if (!tags.includes(tag)) tags.push(tag)
  longest.set(words[0]!, Math.max(longest.get(words[0]!) ?? 0, words.length))
}
