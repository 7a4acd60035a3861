// How the board names verdicts, statuses, effects and amounts: one word and one tone for each thing.
import type { Assertion, Check, Review, Verdict, Who } from './answers.ts'

/** What colour means here: it may go, somebody has to look, it may not go; nothing else is coloured. */
export type Tone = 'go' | 'wait' | 'stop' | 'calm'

const VERDICTS: Readonly<
  Record<Verdict, { readonly word: string; readonly tone: Tone; readonly answer: string }>
> = {
  GO: {
    word: 'Go',
    tone: 'go',
    answer: 'Every required gate is satisfied by evidence and every role has signed off.',
  },
  GO_WITH_WAIVERS: {
    word: 'Go, with waivers',
    tone: 'wait',
    answer: 'It may go on waivers; without them it could not.',
  },
  CONDITIONAL_GO: {
    word: 'Conditional Go',
    tone: 'wait',
    answer: 'It may go only once the open conditions are met.',
  },
  NOT_READY: {
    word: 'Not ready',
    tone: 'wait',
    answer: 'It may not go yet: something has not been done.',
  },
  NO_GO: {
    word: 'No-Go',
    tone: 'stop',
    answer: 'It may not go: something was seen to stand against it.',
  },
  INVALID: {
    word: 'Invalid',
    tone: 'stop',
    answer: 'Nothing can be said: what the decision rests on did not verify.',
  },
}

export function describeVerdict(value: Verdict): (typeof VERDICTS)[Verdict] {
  return VERDICTS[value]
}

const TONES: Readonly<Record<string, Tone>> = {
  PASS: 'go',
  NOT_APPLICABLE: 'calm',
  SKIPPED: 'calm',
  RUNNING: 'calm',
  FAIL: 'stop',
  ERROR: 'stop',
  STALE: 'stop',
}

export function toneOfStatus(status: string): Tone {
  return TONES[status] ?? 'wait'
}

/** Statuses that ask nothing of anybody. */
export function isSettled(status: string): boolean {
  return status === 'PASS' || status === 'NOT_APPLICABLE' || status === 'SKIPPED'
}

export function wordOfStatus(status: string): string {
  const word = status.replaceAll('_', ' ').toLowerCase()
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** What a status means, for whoever does not know the word. */
const MEANINGS: Readonly<Record<string, string>> = {
  PASS: 'what had to hold was seen to hold',
  WARN: 'something advisory does not hold; what is required does',
  FAIL: 'what had to hold was seen not to hold',
  ERROR: 'the check itself broke, so nothing is known',
  INCONCLUSIVE: 'the check ran, but nothing that it saw settles whether the gate holds',
  BLOCKED: 'it could not begin: what it waits for, or a value, is missing',
  PENDING: 'nobody has run or answered it yet',
  RUNNING: 'it is being run now',
  SKIPPED: 'it was left out on purpose',
  NOT_APPLICABLE: 'it does not concern this release',
  STALE: 'it held once, but that evidence is too old to count',
}

/** `Inconclusive: the check ran, but …`; the word alone where there is no more to say. */
export function describeStatus(status: string): string {
  const meaning = MEANINGS[status]
  return meaning === undefined ? wordOfStatus(status) : `${wordOfStatus(status)}: ${meaning}.`
}

export const EFFECTS = {
  read: { word: 'reads', tone: 'calm', text: 'changes nothing' },
  'write-staging': { word: 'acts on staging', tone: 'wait', text: 'may change staging' },
  'write-prod': { word: 'acts on production', tone: 'stop', text: 'may change production' },
  unknown: { word: 'effect unknown', tone: 'wait', text: 'may change anything' },
} as const

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** `Code › Tests` as its first heading and what is below that. */
export function sectionPartsOf(section: string): { readonly top: string; readonly below: string } {
  const [top = '', ...below] = section.split(' › ')
  return { top, below: below.join(' › ') }
}

/** As a person is called who signed in. */
export function callPerson({ displayName, email, id }: CalledPerson): string {
  return displayName ?? email ?? id
}

type CalledPerson = Pick<Who, 'displayName' | 'email' | 'id'>

/** Display name of a principal, where the server knows one. */
export function nameOf({ names }: Pick<Review, 'names'>, principal: string): string {
  return (Object.hasOwn(names, principal) ? names[principal] : undefined) ?? principal
}

/** Enough of a digest to tell it from others by eye; the link and the title have all of it. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}

export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** What a check does, in a few words; its text is shown below. */
export function describeCheck(check: Check): string {
  switch (check.type) {
    case 'command':
      return `runs ${check.language ?? 'a'} commands`
    case 'http':
      return `sends ${check.method ?? 'a request'} to ${check.url ?? 'a service'}`
    case 'sql':
      return `asks the database ${check.connection ?? ''}`
    case 'promql':
      return `asks Prometheus at ${check.connection ?? ''}`
    case 'builtin':
      return `asks the built-in check ${check.name ?? ''}`
    case 'document':
      return `reads the file ${check.path ?? ''}`
    case 'manual':
      return 'asks a person'
    default:
      return `cannot run: ${check.reason ?? check.type}`
  }
}

/** The text a check consists of; undefined when the words above say it all. */
export function textOfCheck(check: Check): string | undefined {
  const values = check.with === undefined ? undefined : JSON.stringify(check.with, null, 2)
  return check.script ?? check.text ?? check.query ?? check.question ?? values
}

const OPERATORS: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
}

/** `JSON $.data.ok = true`: one line for one assertion. */
export function describeAssertion({ read, op, value, unit }: Assertion): string {
  const { from, ...rest } = read
  const terms = Object.values(rest).filter((each) => typeof each !== 'object')
  const what = [from, ...terms].join(' ')
  const wanted = value === undefined ? '' : ` ${JSON.stringify(value)}`
  return `${what} ${OPERATORS[op] ?? op}${wanted}${unit === undefined ? '' : ` ${unit}`}`
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** The largest unit that says it exactly enough. */
export function durationText(ms: number): string {
  const [unit, width] = UNITS.find((each) => ms >= each[1]) ?? ['ms', 1]
  return `${Math.round((ms / width) * 10) / 10} ${unit}`
}
