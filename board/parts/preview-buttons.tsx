// The end of a preview: carried out with a press, or by somebody else where it takes two, with the link that they are handed.
import type { ReactNode } from 'react'
import { useLive } from '../live.ts'
import { linkOfOffer } from '../offered.ts'
import type { FlipPreview } from '../operations-answers.ts'
import { settings } from '../settings-api.ts'
import { Command } from './copy.tsx'

interface ButtonTerms {
  readonly preview: Pick<FlipPreview, 'token' | 'asksSecondPerson'>
  /** Whose word it takes where it takes two. */
  readonly second: string
  readonly isBusy: boolean
  onConfirm(): void
  onLeave(): void
}

export function PreviewButtons(terms: ButtonTerms): ReactNode {
  const { preview, second, isBusy, onConfirm, onLeave } = terms
  const reader = useLive('settings reader', settings.reader)
  // Whoever holds the key of the data folder is asked for nobody else.
  const isForTwo = preview.asksSecondPerson === true && reader.value?.credential !== 'operator'
  return (
    <>
      {isForTwo ? (
        <>
          <p>It takes {second}. Hand them this link: they look at it there, and confirm it.</p>
          <Command text={linkOfOffer(preview.token)} />
        </>
      ) : null}
      <p className="buttons">
        {isForTwo ? null : (
          <button type="button" className="primary" disabled={isBusy} onClick={onConfirm}>
            Do it
          </button>
        )}
        <button type="button" onClick={onLeave}>
          Leave it
        </button>
      </p>
    </>
  )
}
