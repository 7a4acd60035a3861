// A plan before it runs: what each gate will do, what it may change, what the lint says of it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { ImportedDocument, Plan, PlanAnswer, PlanGate } from '../answers.ts'
import { faultOf, useLive } from '../live.ts'
import type { Fault } from '../live.ts'
import { Command } from '../parts/copy.tsx'
import { EvidenceLink } from '../parts/digest.tsx'
import { bytesOfFile, DropZone } from '../parts/file.tsx'
import { Mark } from '../parts/mark.tsx'
import { FaultNote, Loaded, Loading, useTitle } from '../parts/state.tsx'
import { addressOfRelease, Link } from '../routes.tsx'
import { countOf, EFFECTS, sectionPartsOf } from '../words.ts'
import { GateDefinition } from './gate-definition.tsx'
import { StartRun } from './start-run.tsx'

interface Draft {
  readonly name: string
  readonly answer: PlanAnswer
  /** Absent for plan files, which no lint of documents reads. */
  readonly document: ImportedDocument | undefined
}

export function PlansPage(): ReactNode {
  useTitle('Plan review')
  const [draft, setDraft] = useState<Draft>()
  const [fault, setFault] = useState<Fault>()
  const [isReading, setReading] = useState(false)
  const look = async (file: File): Promise<void> => {
    setFault(undefined)
    setDraft(undefined)
    setReading(true)
    try {
      setDraft(await readDraft(file))
    } catch (thrown) {
      setFault(faultOf(thrown))
    } finally {
      setReading(false)
    }
  }
  return (
    <>
      <h1>Plan review</h1>
      <p className="lead">
        See what a checklist would do before anything is done. The server reads the file and forgets
        it: nothing is stored, nothing runs.
      </p>
      <DropZone
        title="Checklist or plan"
        hint="A Markdown checklist, or a plan file (.yaml)."
        accept=".md,.markdown,.yaml,.yml"
        onFile={(file) => void look(file).catch(reportError)}
      />
      {isReading ? <Loading what="the file" /> : null}
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {draft === undefined ? null : (
        <>
          <h2>{draft.name}</h2>
          <Findings document={draft.document} />
          <PlanView answer={draft.answer} />
          <p>To pin this plan and put your name to it:</p>
          <Command text={`npx seaworthy plan ${draft.name} --out release.plan.yaml`} />
          <Command text="npx seaworthy plan review release.plan.yaml --as YOU" />
        </>
      )}
    </>
  )
}

async function readDraft(file: File): Promise<Draft> {
  const bytes = await bytesOfFile(file)
  const isPlan = /\.ya?ml$/i.test(file.name)
  const answer = await api.draftPlan(bytes, file.name, isPlan)
  const document = isPlan ? undefined : await api.readChecklist(bytes, file.name)
  return { name: file.name, answer, document }
}

export function PlanPage({ planHash }: { readonly planHash: string }): ReactNode {
  useTitle('Plan')
  const plan = useLive(`plan ${planHash}`, () => api.plan(planHash))
  return (
    <>
      <p className="crumb">
        <Link to="/plans">Plan review</Link> / <span>pinned plan</span>
      </p>
      <h1>Plan</h1>
      <Loaded live={plan} what="the plan">
        {(answer) => (
          <>
            <p>
              of{' '}
              <Link
                to={addressOfRelease(answer.plan)}
              >{`${answer.plan.service} ${answer.plan.version}`}</Link>{' '}
              for {answer.plan.environment}, pinned as <EvidenceLink digest={answer.planHash} />.{' '}
              {answer.reviewers.length === 0
                ? 'Nobody has reviewed it.'
                : `Reviewed by ${countOf(answer.reviewers.length, 'person', 'people')}.`}
            </p>
            <StartRun
              plan={answer.plan}
              planHash={answer.planHash}
              isReviewed={answer.reviewers.length > 0}
            />
            <h2>What it does</h2>
            <PlanView answer={answer} />
          </>
        )}
      </Loaded>
    </>
  )
}

const LEVEL_TONES = { error: 'stop', warning: 'wait', note: 'calm' } as const

function Findings({ document }: { readonly document: ImportedDocument | undefined }): ReactNode {
  if (document === undefined) return null
  const { findings } = document
  return (
    <section aria-label="Findings">
      <h3>What the lint says ({findings.length})</h3>
      {findings.length === 0 ? (
        <p className="soft">
          Nothing: no command here can exit 0 while its gate is false, as far as it can be read.
        </p>
      ) : (
        <ul className="findings">
          {findings.map((finding, at) => (
            <li key={at}>
              <Mark tone={LEVEL_TONES[finding.level]}>{finding.level}</Mark>{' '}
              <span className="figure soft">
                line {finding.line}, column {finding.column}
              </span>
              <p>{finding.message}</p>
              <p className="soft">
                {finding.fix} <code>{finding.rule}</code>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function PlanView({ answer }: { readonly answer: PlanAnswer }): ReactNode {
  const { plan } = answer
  return (
    <>
      <EffectCounts plan={plan} isReviewed={answer.reviewers.length > 0} />
      {[...Map.groupBy(plan.gates, ({ section }) => sectionPartsOf(section).top)].map(
        ([section, gates]) => (
          <div key={section} className="gate-section">
            <h3>{section === '' ? 'Without a section' : section}</h3>
            <ul className="gates">
              {gates.map((gate) => (
                <PlannedGate key={gate.id} gate={gate} />
              ))}
            </ul>
          </div>
        ),
      )}
      {plan.signOffs.length === 0 ? null : (
        <p>
          Then it asks for sign-offs by{' '}
          {plan.signOffs.map(({ role, minimum }) => `${minimum} ${role}`).join(', ')}.
        </p>
      )}
    </>
  )
}

function EffectCounts({
  plan,
  isReviewed,
}: {
  readonly plan: Plan
  readonly isReviewed: boolean
}): ReactNode {
  const gates = plan.gates.filter(({ check }) => check.type !== 'manual')
  const proven = gates.filter(({ provenRead }) => provenRead)
  const acting = gates.filter(({ effect }) => effect !== 'read')
  const reading =
    gates.length - proven.length - acting.filter(({ provenRead }) => !provenRead).length
  const facts = [
    [plan.gates.length, 'gates'],
    [proven.length, 'proven to read, and run as they are'],
    [reading, isReviewed ? 'read, and run on the review' : 'said to read, and run once reviewed'],
    [acting.length, 'act, or may: a person confirms each time'],
    [plan.gates.length - gates.length, 'ask a person'],
  ] as const
  return (
    <ul className="figures">
      {facts.map(([count, what]) => (
        <li key={what}>
          <strong className="figure">{count}</strong> {what}
        </li>
      ))}
    </ul>
  )
}

function PlannedGate({ gate }: { readonly gate: PlanGate }): ReactNode {
  const [isOpen, open] = useState(false)
  const effect = EFFECTS[gate.effect]
  return (
    <li id={`gate-${gate.id}`}>
      <details onToggle={(event) => open(event.currentTarget.open)}>
        <summary>
          {gate.check.type === 'manual' ? (
            <Mark tone="calm">asks a person</Mark>
          ) : (
            <Mark tone={effect.tone}>{effect.word}</Mark>
          )}
          <span className="gate-title">
            {gate.title} <span className="below">{sectionPartsOf(gate.section).below}</span>
            {gate.unsound.length === 0 ? null : <span className="tag">unsound</span>}
            {gate.holes.length === 0 ? null : <span className="tag">has holes</span>}
          </span>
          <span className="gate-reason">{countOf(gate.assertions.length, 'assertion')}</span>
        </summary>
        {isOpen ? (
          <div className="gate-body">
            <GateDefinition gate={gate} />
          </div>
        ) : null}
      </details>
    </li>
  )
}
