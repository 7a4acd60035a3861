// Before anybody is known: asks with whom people may sign in here, and whether this browser has done so already.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Issuers, Who } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import { useLive } from '../live.ts'
import { FaultNote, Loading } from '../parts/state.tsx'
import { enter } from '../session.ts'
import { SignInPage } from './sign-in.tsx'

interface EntranceTerms {
  readonly refusal: string | undefined
  readonly code: string | undefined
}

export function Entrance({ refusal, code }: EntranceTerms): ReactNode {
  const [pressCount, count] = useState(0)
  const { value, fault } = useLive('entrance', lookAround, undefined, pressCount)
  const person = value?.person
  useEffect(() => {
    if (person !== undefined) enter(person)
  }, [person])
  if (value !== undefined && person === undefined)
    return <SignInPage refusal={refusal} code={code} issuers={value.issuers} />
  if (fault === undefined) return <Loading what="the sign-in page" />
  return (
    <div className="narrow">
      <h1>It is not known yet who you are</h1>
      <FaultNote fault={fault} />
      <p>
        <button type="button" onClick={() => count((before) => before + 1)}>
          Ask again now
        </button>
      </p>
    </div>
  )
}

/** Who is here, or with whom they may sign in. */
async function lookAround(): Promise<Issuers & { readonly person: Who | undefined }> {
  const { issuers } = await api.issuers()
  // A session is looked for only where there can be one.
  return { issuers, person: issuers.length === 0 ? undefined : await whoIsHere() }
}

/** Nobody is who the server says is nobody; where it says nothing, or something else, that is not known. */
async function whoIsHere(): Promise<Who | undefined> {
  try {
    return await api.who()
  } catch (thrown) {
    if (faultOf(thrown).status === 401) return undefined
    throw thrown
  }
}
