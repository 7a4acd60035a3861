// Regenerated evidence against the first set: what is same, better, worse, missing or new.
import { diffResults } from '../verdict/index.ts'
import type { DiffWord, GateDiff } from '../verdict/index.ts'
import type { ReportFacts, ReportPage, ReportTable, Tone } from './model.ts'
import { composePage } from './page.ts'
import { countOf, formatInstant, NO_DATA } from './words.ts'

const TONES: Readonly<Record<DiffWord, Tone>> = {
  same: 'go',
  better: 'go',
  new: 'wait',
  worse: 'stop',
  missing: 'stop',
}

const WORDS: readonly DiffWord[] = ['worse', 'missing', 'new', 'better', 'same']

export function composeDiff(facts: ReportFacts): ReportPage {
  const { earlier, inputs, plan } = facts
  const diffs = earlier === undefined ? [] : diffResults(earlier.inputs.results, inputs.results)
  const required = new Set(
    plan.gates.flatMap((gate) => (gate.severity === 'required' ? [gate.id] : [])),
  )
  const alarming = diffs.filter(
    ({ gate, word }) => required.has(gate) && (word === 'worse' || word === 'missing'),
  )
  return composePage('diff', facts, {
    facts: [
      [
        'Before',
        earlier === undefined
          ? `${NO_DATA}: no other run was decided on`
          : `run ${earlier.inputs.run}, decided ${formatInstant(earlier.verdict.asOfMs)}`,
      ],
      ['After', `run ${inputs.run}`],
      ['In short', earlier === undefined ? NO_DATA : summaryOf(diffs)],
      ['Required gates worse or missing', earlier === undefined ? NO_DATA : alarmOf(alarming)],
    ],
    tables: [diffTable(facts, diffs)],
  })
}

function diffTable(
  { plan, earlier, verdict }: ReportFacts,
  diffs: readonly GateDiff[],
): ReportTable {
  const toneOf = (word: DiffWord): Tone =>
    TONES[word] === 'go' && verdict.value === 'INVALID' ? 'wait' : TONES[word]
  const gates = new Map(plan.gates.map((gate) => [gate.id, gate]))
  // Worst news first; within a word the order of the checklist.
  const sorted = diffs.toSorted((a, b) => WORDS.indexOf(a.word) - WORDS.indexOf(b.word))
  return {
    title: 'Gate by gate',
    columns: ['Change', 'Section', 'Gate', 'Before', 'After', 'Definition'],
    rows: sorted.map(({ gate, word, before, after, isRedefined }) => [
      { text: word.toUpperCase(), tone: toneOf(word) },
      gates.get(gate)?.section ?? '',
      gates.get(gate)?.title ?? gate,
      before ?? 'no result',
      after ?? 'no result',
      isRedefined ? 'changed: not the same thing was shown' : 'same',
    ]),
    empty:
      earlier === undefined
        ? `${NO_DATA}: the gates were decided on in one run only.`
        : 'No gate has a result in either run.',
  }
}

function summaryOf(diffs: readonly GateDiff[]): string {
  return WORDS.map((word) => `${diffs.filter((diff) => diff.word === word).length} ${word}`).join(
    ', ',
  )
}

function alarmOf(alarming: readonly GateDiff[]): string {
  return alarming.length === 0
    ? 'none'
    : `${countOf(alarming.length, 'gate')}: roll back within the rollback window, or open an incident`
}
