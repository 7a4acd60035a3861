// Whose deed a press would be.
import type { ReactNode } from 'react'
import type { Who } from '../answers.ts'
import { useSession } from '../session.ts'
import { callPerson } from '../words.ts'

/** Beside what is done with the session; nothing for whoever came with a key, which no other tab can change. */
export function ActsAs(): ReactNode {
  const { person } = useSession()
  return person === undefined ? null : (
    <p className="soft acts-as">
      As: <Person who={person} />
    </p>
  )
}

/** As they are called, and how they are known. */
export function Person({ who }: { readonly who: Who }): ReactNode {
  const name = callPerson(who)
  return (
    <>
      <strong>{name}</strong>
      {who.email === null || who.email === name ? '' : `, ${who.email}`}
    </>
  )
}
