// The gates of a release by section, each with its status, why, and the evidence it rests on.
import { lazy, memo, Suspense, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import type { GateResult, PlanGate, Reason, Review, RunState } from '../answers.ts'
import { Choices } from '../parts/choices.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { formOfGate, isFormWanted } from '../parts/form-place.tsx'
import { LongList } from '../parts/long-list.tsx'
import type { LongRow } from '../parts/long-list.tsx'
import { Named } from '../parts/named.tsx'
import { StatusMark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Loading } from '../parts/state.tsx'
import { describeStatus, isSettled, sectionPartsOf, wordOfStatus } from '../words.ts'
import type { AnsweredRun } from './answer-form.tsx'
import { GateDefinition } from './gate-definition.tsx'

/** Loaded when somebody opens a gate that asks a person. */
const AnswerSection = lazy(() =>
  import('./answer-form.tsx').then((it) => ({ default: it.AnswerSection })),
)

/** A gate with what the run says of it now. */
interface GateRow {
  readonly gate: PlanGate
  readonly result: GateResult | undefined
  readonly status: string
  readonly reasons: readonly Reason[]
  /** Display names by principal id. */
  readonly names: Review['names']
  readonly run: AnsweredRun
}

interface SectionsTerms {
  readonly review: Review
  /** Newer than the review while a run goes on. */
  readonly run: RunState | undefined
}

type Choice = 'all' | 'open'

export function GateSections({ review, run }: SectionsTerms): ReactNode {
  const rows = rowsOf(review, run)
  const open = rows.filter(({ status }) => !isSettled(status))
  const [choice, choose] = useState<Choice>('all')
  const [words, search] = useState('')
  useEffect(() => bringWanted(rows), [])
  const wanted = words.trim().toLowerCase()
  const shown = (choice === 'all' ? rows : open).filter(
    ({ gate }) =>
      wanted === '' || `${gate.title} ${gate.section} ${gate.id}`.toLowerCase().includes(wanted),
  )
  return (
    <section id="gates" aria-labelledby="gates-title">
      <div className="section-head">
        <h2 id="gates-title">Gates</h2>
        <Choices
          label="Which gates"
          chosen={choice}
          onChoose={choose}
          choices={[
            ['all', `All ${rows.length}`],
            ['open', `Open ${open.length}`],
          ]}
        />
        <label className="search">
          <span className="unseen">Search gates</span>
          <input
            type="search"
            placeholder="Search gates"
            value={words}
            onChange={(event) => search(event.target.value)}
          />
        </label>
      </div>
      {shown.length === 0 ? (
        <p className="soft">
          {rows.length === 0
            ? 'The plan has no gate.'
            : wanted === ''
              ? 'No gate is open.'
              : 'No gate has these words.'}
        </p>
      ) : (
        sectionsOf(shown).map(([section, members]) => (
          <GateSection key={section} section={section} rows={members} pageRows={shown.length} />
        ))
      )}
    </section>
  )
}

/** Far from sight a gate is a line of text: who comes back to its form finds it once it is near. */
function bringWanted(rows: readonly GateRow[]): void {
  const found = rows.find(({ gate }) => isFormWanted(formOfGate(gate.id)))
  if (found !== undefined) document.getElementById(`gate-${found.gate.id}`)?.scrollIntoView()
}

interface SectionTerms {
  readonly section: string
  readonly rows: readonly GateRow[]
  /** Rows of all sections. */
  readonly pageRows: number
}

function GateSection({ section, rows, pageRows }: SectionTerms): ReactNode {
  const settled = rows.filter(({ status }) => isSettled(status)).length
  return (
    <div className="gate-section">
      <h3>
        {section === '' ? 'Without a section' : section}{' '}
        <span className="soft figure">
          {settled} of {rows.length}
        </span>
      </h3>
      <LongList className="gates" rows={rows.map(longRowOf)} pageRows={pageRows} />
    </div>
  )
}

function longRowOf(row: GateRow): LongRow {
  const { gate, result, status } = row
  return {
    id: `gate-${gate.id}`,
    text: `${wordOfStatus(status)} ${gate.title} ${reasonOf(result)}`,
    whole: <GateItem {...row} />,
  }
}

function reasonOf(result: GateResult | undefined): string {
  return result?.reason ?? 'nothing is known of it yet'
}

/** Drawn again only when something of this very gate has changed. */
const GateItem = memo(
  ({ gate, result, status, reasons, names, run }: GateRow): ReactNode => {
    const [isOpen, open] = useState(() => isFormWanted(formOfGate(gate.id)))
    return (
      <details open={isOpen} onToggle={(event) => open(event.currentTarget.open)}>
        <summary>
          <StatusMark status={status} />
          <span className="gate-title">
            {gate.title} <span className="below">{sectionPartsOf(gate.section).below}</span>
            {gate.severity === 'required' ? null : <span className="tag">{gate.severity}</span>}
          </span>
          <span className="gate-reason">{reasonOf(result)}</span>
        </summary>
        {isOpen ? <GateBody {...{ gate, result, status, reasons, names, run }} /> : null}
      </details>
    )
  },
  (one, other) =>
    one.gate === other.gate &&
    one.run.runId === other.run.runId &&
    one.status === other.status &&
    one.result?.statement === other.result?.statement &&
    one.result?.reason === other.result?.reason &&
    JSON.stringify(one.reasons) === JSON.stringify(other.reasons),
)

function GateBody({ gate, result, status, reasons, names, run }: GateRow): ReactNode {
  return (
    <div className="gate-body">
      <p>{describeStatus(status)}</p>
      {result === undefined ? null : <p className="whole-reason">{result.reason}</p>}
      {reasons.map(({ rule, text, flip }) => (
        <p key={rule + text} className="against">
          <Named review={{ names }} text={`${text}. To flip it: ${flip}`} />{' '}
          <span className="soft">(rule {rule})</span>
        </p>
      ))}
      <h4>Evidence</h4>
      {result?.statement === undefined ? (
        <p className="soft">None: nothing was recorded for this gate in this run.</p>
      ) : (
        <p className="links">
          <EvidenceLink digest={result.statement} label="signed statement" />
          {result.evidence.map(({ name, digest }) => (
            <EvidenceLink key={name} digest={digest} label={name} />
          ))}
          {result.finishedAtMs === undefined ? null : (
            <span className="soft">
              collected <Moment at={result.finishedAtMs} />
            </span>
          )}
        </p>
      )}
      <h4>What it does</h4>
      <GateDefinition gate={gate} />
      {gate.check.type === 'manual' && gate.children === undefined ? (
        <Suspense fallback={<Loading what="the form" />}>
          <AnswerSection gate={gate} run={run} />
        </Suspense>
      ) : null}
    </div>
  )
}

/** One row for each gate of the plan; a gate that was begun and has no result yet is running while somebody executes the run. */
function rowsOf(review: Review, run: RunState | undefined): readonly GateRow[] {
  const isCurrent = run?.run.runId === review.runId
  const results = new Map(
    (isCurrent ? run.results : review.results).map((result) => [result.gate, result]),
  )
  const isHeld = isCurrent && run.run.lease !== undefined
  const { asOfMs, reasons } = review.verdict
  const reasonsByGate = Map.groupBy(reasons, ({ gate }) => gate)
  const answered = { runId: review.runId, planHash: review.planHash }
  return review.plan.gates.map((gate) => {
    const result = results.get(gate.id)
    const isBegun = isHeld && run.attempts[gate.id] !== undefined && result?.statement === undefined
    return {
      gate,
      result,
      status: isBegun ? 'RUNNING' : statusAt(gate, result, asOfMs),
      reasons: reasonsByGate.get(gate.id) ?? NONE,
      names: review.names,
      run: answered,
    }
  })
}

const NONE: readonly Reason[] = []

/** Evidence that is older than the plan allows counts no longer, whatever it once showed. */
function statusAt(gate: PlanGate, result: GateResult | undefined, asOfMs: number): string {
  if (result === undefined) return 'PENDING'
  const { finishedAtMs, status } = result
  const isOld =
    isSettled(status) &&
    finishedAtMs !== undefined &&
    gate.maxAgeMs !== undefined &&
    asOfMs - finishedAtMs > gate.maxAgeMs
  return isOld ? 'STALE' : status
}

/** Top-level sections in the order of the checklist; what is below them stands beside each gate. */
function sectionsOf(rows: readonly GateRow[]): readonly (readonly [string, readonly GateRow[]])[] {
  return [...Map.groupBy(rows, ({ gate }) => sectionPartsOf(gate.section).top)]
}
