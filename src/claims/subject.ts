// What a sentence is about: its stems without filler, with synonyms folded, and how two subjects are compared.
import { wordsOf } from './language.ts'

/** Words that say nothing of a subject: grammar, generic verbs of doing, and status words. */
const FILLER = new Set(
  (
    'the a an of to in on for with and or by from at as is are was were be been has have had it its this that all any each every ' +
    'we our you your i into per via not no never now then than so if when before after first manual manually initial full final ' +
    'run execute executed execution apply applied enable enabled activate activated start started implement implemented create ' +
    'created add added complete completed done close closed finish finished perform performed do does did make made set up use ' +
    'using update updated import imported configure configured deploy deployed ready status required requires require action ' +
    'minutes minute hours hour seconds tbd pending open step steps task tasks item items new get more also only just against ' +
    'must should will shall can could would may might need needs against during within ' +
    'der die das und ist sind für mit von zu im in den ein eine einen wird werden muss noch nicht alle ' +
    'le la les des et est sont pour avec une un du de au aux dans sur tous toutes ' +
    'el los las y es son para con una uno del en todos todas ' +
    've bir için ile bu tüm'
  ).split(' '),
)

/** Words that name a rung or a place rather than a subject. */
const ENVIRONMENTS = new Set(
  'main master trunk production prod staging dev development test-env aws gcp azure'.split(' '),
)

/** Different words for one thing. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  test: ['verify'],
  tested: ['verify'],
  testing: ['verify'],
  tests: ['verify'],
  drill: ['verify'],
  drills: ['verify'],
  drilled: ['verify'],
  validate: ['verify'],
  validated: ['verify'],
  validation: ['verify'],
  verify: ['verify'],
  verified: ['verify'],
  verification: ['verify'],
  rehearse: ['verify'],
  rehearsed: ['verify'],
  rehearsal: ['verify'],
  proven: ['verify'],
  proved: ['verify'],
  prove: ['verify'],
  exercise: ['verify'],
  exercised: ['verify'],
  rto: ['disaster', 'recover'],
  rpo: ['disaster', 'recover'],
  dr: ['disaster', 'recover'],
  cab: ['chang', 'advisor', 'board'],
  prs: ['pr'],
  db: ['databas'],
}

/** Stem by which tests, drills and validations are one. */
export const VERIFY_STEM = 'verify'

/** Words of a subject that are looked at. */
const SUBJECT_LIMIT_WORDS = 60

export function stemsOf(text: string): ReadonlySet<string> {
  const stems = new Set<string>()
  for (const word of wordsOf(text).slice(0, SUBJECT_LIMIT_WORDS)) {
    if (FILLER.has(word) || ENVIRONMENTS.has(word) || /^\d/.test(word) || word.length < 2) continue
    for (const stem of SYNONYMS[word] ?? [stemOf(word)]) stems.add(stem)
  }
  return stems
}

/** Production, staging and the like, as a sentence names them. */
export function environmentsOf(words: readonly string[]): ReadonlySet<string> {
  const named = words.map((word) => (word === 'prod' ? 'production' : word))
  return new Set(named.filter((word) => ENVIRONMENTS.has(word)))
}

function stemOf(word: string): string {
  const plain = word.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('ı', 'i')
  const cut = plain.replace(/(?:ations?|ions?|ings?|ments?|ies|ied|ed|es|y|s|e)$/, '')
  const stem = cut.length >= 3 ? cut : plain
  return stem.replace(/(.)\1$/, '$1')
}

/** Whether everything that the one is about is among what the other is about. */
export function isWithin(inner: ReadonlySet<string>, outer: ReadonlySet<string>): boolean {
  return inner.size > 0 && [...inner].every((stem) => outer.has(stem))
}

export function sharedStems(a: ReadonlySet<string>, b: ReadonlySet<string>): string[] {
  return [...a].filter((stem) => b.has(stem))
}

/** Folder/name.ext, or name.ext with an extension that reports name. */
const FILE =
  /(?:[\w.@-]{1,100}\/){1,20}[\w@-][\w.@-]{0,100}\.[a-z]\w{0,6}\b|\b[\w-]{1,100}(?:\.[\w-]{1,40}){0,5}\.(?:md|rs|ts|js|py|sh|sql|ya?ml|json|toml|go|java|tf|txt|pdf|html?|csv|xml)\b/g

/** Names of files in a text; at most ten. */
export function filesIn(text: string): string[] {
  if (!text.includes('.')) return []
  return (text.match(FILE) ?? []).slice(0, 10)
}
