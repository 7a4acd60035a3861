// Stored bytes under their digest: checked here, read as what they are, and every digest in them a link onwards.
import type { ReactNode } from 'react'
import { readEvidence, wordsOfLink } from '../../src/evidence/browser.ts'
import { api } from '../api.ts'
import { useLive } from '../live.ts'
import { CopyButton } from '../parts/copy.tsx'
import { TextWithDigests } from '../parts/digest.tsx'
import { saveFile } from '../parts/file.tsx'
import { Mark } from '../parts/mark.tsx'
import { Loaded, useTitle } from '../parts/state.tsx'
import { shortDigest, sizeText } from '../words.ts'

interface Evidence {
  readonly bytes: Uint8Array
  /** What this browser makes of the bytes. */
  readonly digest: string
}

export function EvidencePage({ digest }: { readonly digest: string }): ReactNode {
  useTitle(`Evidence ${shortDigest(digest)}`)
  // Anybody can write a link, so its words name nothing here: no heading and no file.
  const words = wordsOfLink(new URLSearchParams(location.search).get('as') ?? '')
  const evidence = useLive(`evidence ${digest}`, async (): Promise<Evidence> => {
    const bytes = await api.evidence(digest)
    return { bytes, digest: await digestOf(bytes) }
  })
  return (
    <>
      <p className="crumb">
        <span>Evidence</span> / <span>{shortDigest(digest)}</span>
      </p>
      <h1>Evidence</h1>
      {words === '' ? null : (
        <p className="soft">The link that led here calls it “{words}”; that is not checked.</p>
      )}
      <p className="digest-line">
        <code>{digest}</code> <CopyButton text={digest} what="the digest" />
      </p>
      <Loaded live={evidence} what="the evidence">
        {(value) => <Shown evidence={value} digest={digest} />}
      </Loaded>
    </>
  )
}

interface ShownTerms {
  readonly evidence: Evidence
  readonly digest: string
}

function Shown({ evidence, digest }: ShownTerms): ReactNode {
  const { bytes } = evidence
  const isSame = evidence.digest === digest
  const parts = readEvidence(bytes)
  return (
    <>
      <p className="buttons">
        {isSame ? (
          <Mark tone="go">These bytes have this digest; this browser computed it</Mark>
        ) : (
          <Mark tone="stop">These bytes have another digest: {evidence.digest}</Mark>
        )}
        <span className="soft figure">{sizeText(bytes.length)}</span>
        <button
          type="button"
          onClick={() =>
            saveFile(`evidence-${shortDigest(evidence.digest)}`, bytes, 'application/octet-stream')
          }
        >
          Download
        </button>
      </p>
      {parts.map(({ title, text, isCut }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          <pre tabIndex={0} aria-label={title}>
            <TextWithDigests text={text} />
          </pre>
          {isCut ? <p className="soft">Cut here; the download has all of it.</p> : null}
        </section>
      ))}
    </>
  )
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))
  const hex = Array.from(new Uint8Array(hash), (one) => one.toString(16).padStart(2, '0'))
  return `sha256:${hex.join('')}`
}
