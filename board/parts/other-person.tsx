// Said when the browser's session belongs to somebody else than whom the page shows: tabs share one cookie.
import type { ReactNode } from 'react'
import type { Who } from '../answers.ts'
import { callPerson } from '../words.ts'

export function OtherPerson({ shown }: { readonly shown: Who }): ReactNode {
  return (
    <div className="other-person" role="alert">
      <p>
        Somebody else has signed in in this browser. This page is still {callPerson(shown)}’s, so
        nothing more is shown on it, and nothing that is pressed is done.{' '}
        <button type="button" onClick={() => location.reload()}>
          Load it anew
        </button>
      </p>
    </div>
  )
}
