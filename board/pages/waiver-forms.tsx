// What a person who signed in says about waivers: a request of their own, or consent to somebody else's.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { PlanGate, Register, RegisteredWaiver, Review, Who } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import type { OwnKey } from '../operations-answers.ts'
import { useLive } from '../live.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { addressOfForm, FormPlace } from '../parts/form-place.tsx'
import { Moment } from '../parts/moment.tsx'
import { SignsAs } from '../parts/signs-as.tsx'
import { Loaded } from '../parts/state.tsx'
import { WordForm } from '../parts/word-form.tsx'
import { approveWaiver, KEY_OVER } from '../signing.ts'
import { countOf, nameOf } from '../words.ts'
import { FORM, WaiverRequest } from './waiver-request.tsx'
import { WithKey } from './with-key.tsx'

/** Also how soon somebody reads that their proof has grown old. */
const WHO_MS = 20_000

interface FormsTerms {
  readonly review: Review
  readonly register: Register
  /** Waivers that wait for approvals. */
  readonly open: readonly RegisteredWaiver[]
  /** Gates that a waiver may be asked for. */
  readonly gates: readonly PlanGate[]
  /** @param words what was done */
  onDone(words: string): void
}

export function WaiverForms({ review, register, open, gates, ...terms }: FormsTerms): ReactNode {
  const [changeCount, count] = useState(0)
  const who = useLive('who', api.who, WHO_MS, changeCount)
  const onKey = (): void => count((before) => before + 1)
  const onDone = (words: string): void => {
    onKey()
    terms.onDone(words)
  }
  return (
    <FormPlace form={FORM} labelledBy="your-waivers">
      <h3 id="your-waivers">Your word on waivers</h3>
      <Loaded live={who} what="who you are">
        {(person) => (
          <WithKey
            who={person}
            command={commandOf(review, open[0])}
            changeCount={changeCount}
            onKey={onKey}
          >
            {(ownKey) => (
              <>
                {open.map((waiver) => (
                  <Consent
                    key={waiver.statement}
                    {...{ who: person, ownKey, review, register, waiver, onDone, onKey }}
                  />
                ))}
                {gates.length === 0 ? null : (
                  <WaiverRequest
                    {...{ who: person, ownKey, review, register, gates, onDone, onKey }}
                  />
                )}
              </>
            )}
          </WithKey>
        )}
      </Loaded>
    </FormPlace>
  )
}

/** What says the same on the person's own machine. */
function commandOf({ release, subject }: Review, waiting: RegisteredWaiver | undefined): string {
  return waiting === undefined
    ? `npx seaworthy waive ${release} --gate GATE --risk R1 --reason "…" --control "…" --until 7d --as YOU`
    : `npx seaworthy approve ${waiting.request.id} --service ${subject.service} --as YOU`
}

interface ConsentTerms extends Pick<FormsTerms, 'review' | 'register' | 'onDone'> {
  readonly who: Who
  /** That this browser holds; undefined where one is made. */
  readonly ownKey: OwnKey | undefined
  readonly waiver: RegisteredWaiver
  /** The key turned out to be over, or another one than was shown. */
  onKey(): void
}

function Consent(terms: ConsentTerms): ReactNode {
  const { who, ownKey, review, register, waiver, onDone, onKey } = terms
  const act = useAct()
  const { request, approvals } = waiver
  const { service, version } = review.subject
  if (approvals.some(({ principal }) => principal === who.person))
    return <p className="soft">You approved {request.id}; it waits for somebody else.</p>
  const sign = async (): Promise<undefined> => {
    try {
      await approveWaiver({ who, ownKey }, service, waiver)
    } catch (thrown) {
      if (KEY_OVER.includes(faultOf(thrown).code)) onKey()
      throw thrown
    }
    onDone(`You approved waiver ${request.id}.`)
  }
  return (
    <details>
      <summary>Approve waiver {request.id}</summary>
      <WordForm onSign={() => act.run(sign)}>
        <RequestFacts {...{ review, register, waiver }} />
        <p className="meaning">
          You say that {service} {version} may go although {gatesText(request.gates)} not hold,
          until then.
        </p>
        <SignsAs {...{ who, ownKey, act }} to={addressOfForm(FORM)} />
        <p>
          <button type="submit" className="primary" disabled={act.isBusy}>
            Sign the approval of {request.id}
          </button>
        </p>
        <ActNote act={act} to={addressOfForm(FORM)} />
      </WordForm>
    </details>
  )
}

function gatesText(gates: readonly string[]): string {
  return gates.length === 1 ? 'this gate does' : 'these gates do'
}

/** All that consent is given to. */
function RequestFacts({
  review,
  register,
  waiver,
}: Pick<ConsentTerms, 'review' | 'register' | 'waiver'>): ReactNode {
  const { request, requester, statement } = waiver
  const { plan, subject } = review
  const risk = register.risks.find(({ id }) => id === request.risk)
  return (
    <dl className="facts">
      <dt>Lets pass</dt>
      <dd>
        {request.gates.map((id) => (
          <div key={id}>
            {plan.gates.find((each) => each.id === id)?.title ?? 'no gate of this plan'}{' '}
            <code>{id}</code>
          </div>
        ))}
      </dd>
      <dt>Of</dt>
      <dd>
        {subject.service} {request.version} for {request.environment}
      </dd>
      <dt>Asked for by</dt>
      <dd>{nameOf(review, requester)}</dd>
      <dt>Reason</dt>
      <dd>{request.reason}</dd>
      <dt>Risk</dt>
      <dd>
        {request.risk}
        {risk === undefined ? '' : `: ${risk.title} (${risk.level}, ${risk.state.toLowerCase()})`}
      </dd>
      <dt>Compensating control</dt>
      <dd>{request.compensatingControl}</dd>
      <dt>Ends</dt>
      <dd>
        <Moment at={request.expiresAt} />, or after {countOf(request.maxUses, 'decision')}
      </dd>
      {request.closureTest === undefined ? null : (
        <>
          <dt>No longer needed once</dt>
          <dd>
            <code>{request.closureTest}</code> holds
          </dd>
        </>
      )}
      <dt>Digest of the request</dt>
      <dd>
        <code>{statement}</code>
      </dd>
    </dl>
  )
}
