// A person's word on a release: who they are, in which of the wanted roles they may speak, with which key, and what came of it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { shellWordOf } from '../../src/client/index.ts'
import { api } from '../api.ts'
import type { Review, SignOff, Who } from '../answers.ts'
import { useLive } from '../live.ts'
import { Command } from '../parts/copy.tsx'
import { FormPlace } from '../parts/form-place.tsx'
import { Loaded } from '../parts/state.tsx'
import { addressOf, Link } from '../routes.tsx'
import type { Receipt } from '../signing.ts'
import type { Tone } from '../words.ts'
import { FORM, SignOffForm } from './sign-off-form.tsx'
import { SignedNote } from './signed-note.tsx'
import { WithKey } from './with-key.tsx'

/** Also how soon somebody reads that their proof has grown old. */
const WHO_MS = 20_000

interface SignOffTerms {
  readonly review: Review
  /** The release as it stands once a word was recorded. */
  onSigned(after: Review): void
}

export function SignOffSection({ review, onSigned }: SignOffTerms): ReactNode {
  const [receipt, hand] = useState<Receipt>()
  const [changeCount, count] = useState(0)
  const who = useLive('who', api.who, WHO_MS, changeCount)
  const onKey = (): void => count((before) => before + 1)
  const onDone = (given: Receipt): void => {
    hand(given)
    onKey()
    onSigned(given.after)
  }
  return (
    <FormPlace form={FORM} labelledBy="your-word">
      <h3 id="your-word">Your word</h3>
      {receipt === undefined ? null : <ReceiptNote receipt={receipt} />}
      <Loaded live={who} what="who you are">
        {(person) => <WordOf {...{ who: person, review, changeCount, onDone, onKey }} />}
      </Loaded>
    </FormPlace>
  )
}

const SAID: Readonly<Record<SignOff['decision'], { readonly tone: Tone; readonly word: string }>> =
  {
    APPROVE: { tone: 'go', word: 'You approved' },
    REJECT: { tone: 'stop', word: 'You rejected' },
    WITHDRAW: { tone: 'calm', word: 'You took your rejection back of' },
  }

function ReceiptNote({ receipt }: { readonly receipt: Receipt }): ReactNode {
  const { tone, word } = SAID[receipt.decision]
  const said = `${word} ${receipt.release} as ${receipt.role}`
  return <SignedNote tone={tone} said={said} signed={receipt} />
}

interface WordTerms {
  readonly who: Who
  readonly review: Review
  readonly changeCount: number
  onDone(receipt: Receipt): void
  /** The key of this browser was put away, or turned out to be over. */
  onKey(): void
}

function WordOf({ who, review, changeCount, onDone, onKey }: WordTerms): ReactNode {
  const wanted = wantedRoles(review)
  const roles = wanted.filter((role) => who.signsAs.includes(role))
  if (roles.length === 0) return <NoRole who={who} wanted={wanted} />
  return (
    <WithKey
      who={who}
      command={`npx seaworthy sign ${review.release} --as YOU --role ${shellWordOf(roles[0] ?? 'ROLE')}`}
      changeCount={changeCount}
      onKey={onKey}
    >
      {(ownKey) => <SignOffForm {...{ who, review, roles, ownKey, onDone, onKey }} />}
    </WithKey>
  )
}

function wantedRoles(review: Review): readonly string[] {
  return [...new Set(review.plan.signOffs.flatMap(({ role, anyOf }) => [role, ...(anyOf ?? [])]))]
}

/** Roles that the account has stay in the command, which sets all of them. */
function changeCommand(who: Who, wanted: readonly string[]): string {
  const roles = [...who.signsAs, ...wanted.slice(0, 1)]
  const words = [who.email ?? who.id, '--role', who.role]
  for (const role of roles) words.push('--signs-as', role)
  return `npx seaworthy account change ${words.map(shellWordOf).join(' ')}`
}

function NoRole({
  who,
  wanted,
}: {
  readonly who: Who
  readonly wanted: readonly string[]
}): ReactNode {
  const own = who.signsAs.length === 0 ? 'in no role' : `as ${who.signsAs.join(', ')}`
  return (
    <div className="state">
      <h4>You sign {own}</h4>
      <p>
        This release waits for {wanted.join(', ')}. An admin says in which roles you may sign, on
        the page <Link to={addressOf('people')}>People and keys</Link> or with a command. What the
        command leaves out is taken away: for an account limited to environments it names them too,
        with --environment.
      </p>
      <Command text={changeCommand(who, wanted)} />
    </div>
  )
}
