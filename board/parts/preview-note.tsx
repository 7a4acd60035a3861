// What would be done, shown before it is: carried out with a second press, or by somebody else where it takes two.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { operations } from '../api.ts'
import type { ActionPreview } from '../operations-answers.ts'
import type { Act } from './act.tsx'
import { Moment } from './moment.tsx'
import { PreviewButtons } from './preview-buttons.tsx'

interface NoteTerms {
  readonly preview: ActionPreview
  readonly isBusy: boolean
  onConfirm(): void
  onLeave(): void
}

function PreviewNote({ preview, isBusy, onConfirm, onLeave }: NoteTerms): ReactNode {
  const { summary, risk, policy, expiresAt, changes } = preview
  const effects = [...new Set(changes.map(({ what }) => what))]
  return (
    <div className="state" role="alert">
      <h2>Would {summary}</h2>
      <p>
        {effects.join('; ')}. Risk: {risk} ({policy}). What you see is what will be done; the offer
        ends <Moment at={expiresAt} />.
      </p>
      <PreviewButtons {...{ preview, isBusy, onConfirm, onLeave }} second="another admin" />
    </div>
  )
}

interface Offered {
  readonly preview: ActionPreview
  /** Says what was done. */
  done(): string
}

/** What a press came to that has to be seen first: the note about it, and its end in the words of `done`. */
export function usePreview(act: Act): {
  readonly note: ReactNode
  /** @returns the words of `done` where it was done at once */
  offer(answer: object, done: () => string): string | undefined
} {
  const [offered, show] = useState<Offered>()
  const carryOut = async ({ preview, done }: Offered): Promise<string> => {
    await operations.confirm(preview.token)
    show(undefined)
    return done()
  }
  const note =
    offered === undefined ? null : (
      <PreviewNote
        preview={offered.preview}
        isBusy={act.isBusy}
        onConfirm={() => act.run(() => carryOut(offered))}
        onLeave={() => show(undefined)}
      />
    )
  return {
    note,
    offer(answer, done) {
      if (!('token' in answer)) return done()
      show({ preview: answer as ActionPreview, done })
      return undefined
    },
  }
}
