// The form that asks for a waiver of one gate, on a risk of the register, until a day.
import { useState } from 'react'
import type { ReactNode } from 'react'
import {
  APPROVALS_WANTED_COUNT,
  dayAt,
  DEFAULT_USE_COUNT,
  endOfDay,
  nextId,
  UNSECURED_LIFETIME_MS,
} from '../../src/release/register-answer.ts'
import type { PlanGate, Register, Review, Who } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import type { OwnKey } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Command } from '../parts/copy.tsx'
import { addressOfForm } from '../parts/form-place.tsx'
import { SignsAs } from '../parts/signs-as.tsx'
import { WordForm } from '../parts/word-form.tsx'
import { serverNow } from '../reach.ts'
import { askWaiver, KEY_OVER } from '../signing.ts'
import { useTyped } from '../typed.ts'

/** Its name on the page of the release, with that of the approvals. */
export const FORM = 'waivers'
const TEXT_LIMIT_LENGTH = 2_000

interface RequestTerms {
  readonly who: Who
  /** That this browser holds; undefined where one is made. */
  readonly ownKey: OwnKey | undefined
  readonly review: Review
  readonly register: Register
  /** Gates that a waiver may be asked for; at least one. */
  readonly gates: readonly PlanGate[]
  /** @param words what was done */
  onDone(words: string): void
  /** The key turned out to be over, or another one than was shown. */
  onKey(): void
}

interface TypedRequest {
  readonly gate: string
  readonly risk: string
  readonly reason: string
  readonly control: string
  /** A day, `YYYY-MM-DD`. */
  readonly until: string
}

const NOTHING_TYPED: TypedRequest = { gate: '', risk: '', reason: '', control: '', until: '' }

export function WaiverRequest(terms: RequestTerms): ReactNode {
  const { who, ownKey, review, register, gates, onDone, onKey } = terms
  const act = useAct()
  const form = `${FORM} ${review.release}`
  const typed = useTyped<TypedRequest>({ who, form }, NOTHING_TYPED)
  const [isOpen, open] = useState(typed.kept !== undefined)
  const risks = register.risks.filter(({ state }) => state !== 'CLOSED')
  const { reason, control, until } = typed.words
  const gate = chosenOf(gates, typed.words.gate)
  const risk = chosenOf(risks, typed.words.risk)
  const id = nextId(
    'W',
    register.waivers.map(({ request }) => request),
  )
  const type = (part: Partial<TypedRequest>): void => typed.type({ ...typed.words, ...part })
  const ask = async (): Promise<undefined> => {
    const { service, version, environment } = review.subject
    const what = { id, service, version, environment, gates: [gate], risk }
    const why = { reason: reason.trim(), compensatingControl: control.trim() }
    try {
      const limits = { expiresAt: endOfDay(until, review.timezone), maxUses: DEFAULT_USE_COUNT }
      await askWaiver({ who, ownKey }, { ...what, ...why, ...limits })
    } catch (thrown) {
      if (KEY_OVER.includes(faultOf(thrown).code)) onKey()
      throw thrown
    }
    typed.forget()
    open(false)
    onDone(`You asked for waiver ${id}. ${APPROVALS_WANTED_COUNT} other people have to approve it.`)
  }
  if (risks.length === 0) return <NoRisk service={review.subject.service} />
  const leaving = { to: addressOfForm(FORM), onLeave: () => type({}) }
  return (
    <details open={isOpen} onToggle={(event) => open(event.currentTarget.open)}>
      <summary>Ask for a waiver</summary>
      <WordForm onSign={() => act.run(ask)}>
        <Picked name="gate" label="Gate" value={gate} onPick={(next) => type({ gate: next })}>
          {gates.map((each) => [each.id, each.title] as const)}
        </Picked>
        <Picked name="risk" label="Risk" value={risk} onPick={(next) => type({ risk: next })}>
          {risks.map((each) => [each.id, `${each.level} ${each.id}: ${each.title}`] as const)}
        </Picked>
        <Text
          name="reason"
          label="Reason: why it may go all the same"
          value={reason}
          onText={(next) => type({ reason: next })}
        />
        <Text
          name="control"
          label="Compensating control: what protects meanwhile"
          value={control}
          onText={(next) => type({ control: next })}
        />
        <EndField zone={review.timezone} until={until} onUntil={(next) => type({ until: next })} />
        <p className="meaning">
          You ask, as {id}, that {review.release} may go without this gate until then, for at most{' '}
          {DEFAULT_USE_COUNT} decisions. {APPROVALS_WANTED_COUNT} other people have to approve it.
        </p>
        <SignsAs {...{ who, ownKey, act, ...leaving }} />
        <p>
          <button type="submit" className="primary" disabled={act.isBusy}>
            Sign the request
          </button>
        </p>
        <ActNote act={act} {...leaving} />
      </WordForm>
    </details>
  )
}

/** Its id; that of the first where it is none of them. */
function chosenOf(all: readonly { readonly id: string }[], wished: string): string {
  return (all.find(({ id }) => id === wished) ?? all[0])?.id ?? ''
}

interface EndTerms {
  /** Of the release: a day ends there. */
  readonly zone: string
  readonly until: string
  onUntil(until: string): void
}

function EndField({ zone, until, onUntil }: EndTerms): ReactNode {
  const isLong =
    until !== '' && Date.parse(endOfDay(until, zone)) - serverNow() > UNSECURED_LIFETIME_MS
  return (
    <label>
      Until the end of this day ({zone})
      <input
        name="until"
        type="date"
        required
        min={dayAt(serverNow(), zone)}
        value={until}
        onChange={({ target }) => onUntil(target.value)}
      />
      {isLong ? (
        <span className="soft">
          Longer than 30 days: it has force only with an approval of the security role.
        </span>
      ) : null}
    </label>
  )
}

function NoRisk({ service }: { readonly service: string }): ReactNode {
  return (
    <>
      <p className="soft">
        A waiver rests on an open risk of the register, and there is none. Somebody enters one:
      </p>
      <Command
        text={`npx seaworthy risk add "What may go wrong" --service ${service} --level P2 --owner NAME --as YOU`}
      />
    </>
  )
}

interface PickedTerms {
  readonly name: string
  readonly label: string
  readonly value: string
  /** Value and words of each. */
  readonly children: readonly (readonly [string, string])[]
  onPick(value: string): void
}

function Picked({ name, label, value, children, onPick }: PickedTerms): ReactNode {
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={({ target }) => onPick(target.value)}>
        {children.map(([id, text]) => (
          <option key={id} value={id}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

interface TextTerms {
  readonly name: string
  readonly label: string
  readonly value: string
  onText(value: string): void
}

function Text({ name, label, value, onText }: TextTerms): ReactNode {
  return (
    <label>
      {label}
      <textarea
        name={name}
        rows={2}
        required
        maxLength={TEXT_LIMIT_LENGTH}
        value={value}
        onChange={({ target }) => onText(target.value)}
      />
    </label>
  )
}
