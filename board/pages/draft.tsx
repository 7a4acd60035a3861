// A draft before it is a plan: what each gate will do, what was found in the checklist, and the word that pins it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { boardFault } from '../board-fault.ts'
import { readDraft, removeDraft, saveDraft } from '../drafts.ts'
import type { Draft } from '../drafts.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { ActsAs } from '../parts/acts-as.tsx'
import { Moment } from '../parts/moment.tsx'
import { Empty, Loaded, useTitle } from '../parts/state.tsx'
import type { PlanAnswer } from '../plan-answers.ts'
import { plans } from '../plans-api.ts'
import { addressOf, goTo, Link } from '../routes.tsx'
import { shortDigest, sizeText } from '../words.ts'
import { Findings } from './findings.tsx'
import { PlanView } from './plan-view.tsx'

interface Opened {
  readonly draft: Draft
  readonly answer: PlanAnswer
}

export function DraftPage({ draftId }: { readonly draftId: string }): ReactNode {
  useTitle('Draft')
  const opened = useLive(`draft ${draftId}`, () => openDraft(draftId))
  return (
    <>
      <p className="crumb">
        <Link to="/import">Import</Link> / <span>draft</span>
      </p>
      <Loaded live={opened} what="the draft">
        {({ found }) => (found === undefined ? <NoDraft /> : <Review opened={found} />)}
      </Loaded>
    </>
  )
}

/** The server reads the bytes anew, so that what is shown is what would be pinned now. */
async function openDraft(draftId: string): Promise<{ readonly found: Opened | undefined }> {
  const draft = await readDraft(draftId)
  if (draft === undefined) return { found: undefined }
  return { found: { draft, answer: await plans.draft(draft) } }
}

function NoDraft(): ReactNode {
  return (
    <>
      <h1>Draft</h1>
      <Empty title="This browser has no such draft">
        <p>
          Drafts lie in the browser that saved them. Hand the checklist in again:{' '}
          <Link to="/import">Import a checklist</Link>
        </p>
      </Empty>
    </>
  )
}

function Review({ opened }: { readonly opened: Opened }): ReactNode {
  const { draft, answer } = opened
  const { service, version, environment } = answer.plan
  return (
    <>
      <h1>
        Draft of {service} <span className="version">{version}</span>
      </h1>
      <p className="soft">
        For {environment}, from {draft.name} ({sizeText(draft.bytes.length)}), saved{' '}
        <Moment at={draft.savedAtMs} /> in this browser. Nothing of it is pinned, and nothing runs.
      </p>
      <Confirm draft={draft} answer={answer} />
      <h2>What it would do</h2>
      <PlanView answer={answer} />
      {draft.isPlan ? null : <DraftFindings draft={draft} />}
    </>
  )
}

/** No lint of documents reads plan files. Asked for apart: of thousands of gates it takes seconds, and what they would do comes first. */
function DraftFindings({ draft }: { readonly draft: Draft }): ReactNode {
  const document = useLive(`findings of draft ${draft.id}`, () => plans.recognise(draft))
  return (
    <Loaded live={document} what="what the lint says">
      {(found) => <Findings document={found} />}
    </Loaded>
  )
}

function Confirm({
  draft,
  answer,
}: {
  readonly draft: Draft
  readonly answer: PlanAnswer
}): ReactNode {
  const act = useAct()
  const [isAsked, ask] = useState(false)
  const pin = (): void =>
    act.run(async () => {
      const pinned = await plans.pin(draft)
      await saveDraft({ ...draft, planHash: pinned.planHash })
      if (pinned.planHash !== answer.planHash)
        throw boardFault(
          'BOARD_PLAN_CHANGED',
          `expected the plan ${shortDigest(answer.planHash)}, got ${shortDigest(pinned.planHash)}`,
        )
      goTo(addressOf('plans', pinned.planHash))
      return undefined
    })
  const remove = (): void =>
    act.run(async () => {
      await removeDraft(draft.id)
      goTo('/import')
      return undefined
    })
  if (draft.planHash === answer.planHash)
    return (
      <p className="next-step">
        It was confirmed:{' '}
        <Link to={addressOf('plans', answer.planHash)}>the plan, and its runs</Link>
      </p>
    )
  return (
    <div className="next-step">
      <p>
        Confirming pins the plan as{' '}
        <code title={answer.planHash}>{shortDigest(answer.planHash)}</code>: the ledger records it
        for ever, and what runs is what you read here. It starts nothing.
      </p>
      <label className="tick">
        <input type="checkbox" checked={isAsked} onChange={(event) => ask(event.target.checked)} />I
        have read what it would do
      </label>
      <ActsAs />
      <p className="buttons">
        <button type="button" className="primary" disabled={act.isBusy || !isAsked} onClick={pin}>
          Confirm as a plan
        </button>
        <button type="button" disabled={act.isBusy} onClick={remove}>
          Throw the draft away
        </button>
      </p>
      <ActNote act={act} />
    </div>
  )
}
