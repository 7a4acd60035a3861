// Before anybody is known: asks with whom people may sign in here, and whether this browser has done so already.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Issuers } from '../answers.ts'
import { Loading } from '../parts/state.tsx'
import { enter } from '../session.ts'
import { SignInPage } from './sign-in.tsx'

interface EntranceTerms {
  readonly refusal: string | undefined
  readonly code: string | undefined
}

export function Entrance({ refusal, code }: EntranceTerms): ReactNode {
  const [issuers, setIssuers] = useState<Issuers['issuers']>()
  useEffect(() => {
    let isOver = false
    const look = async (): Promise<void> => {
      const offered = await askForIssuers()
      // A session is looked for only where there can be one.
      const person = offered.length === 0 ? undefined : await api.who().catch(() => undefined)
      if (isOver) return
      if (person === undefined) setIssuers(offered)
      else enter(person)
    }
    look().catch(reportError)
    return () => {
      isOver = true
    }
  }, [])
  if (issuers === undefined) return <Loading what="the sign-in page" />
  return <SignInPage refusal={refusal} code={code} issuers={issuers} />
}

/** A server that does not answer is told of by what is asked next; a key can be typed in meanwhile. */
async function askForIssuers(): Promise<Issuers['issuers']> {
  try {
    return (await api.issuers()).issuers
  } catch {
    return []
  }
}
