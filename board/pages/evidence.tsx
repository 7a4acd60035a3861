// Stored bytes under their digest: checked here, read as what they are, and every digest in them a link onwards.
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import { useLive } from '../live.ts'
import { CopyButton } from '../parts/copy.tsx'
import { TextWithDigests } from '../parts/digest.tsx'
import { saveFile } from '../parts/file.tsx'
import { Mark } from '../parts/mark.tsx'
import { Loaded, useTitle } from '../parts/state.tsx'
import { shortDigest, sizeText } from '../words.ts'

/** More than this is cut on the page; the download has all of it. */
const SHOWN_LIMIT_CHARACTERS = 200_000
/** How much of what is no text is shown. */
const HEX_SHOWN_BYTES = 1_024

interface Evidence {
  readonly bytes: Uint8Array
  /** What this browser makes of the bytes. */
  readonly digest: string
}

export function EvidencePage({ digest }: { readonly digest: string }): ReactNode {
  const label = new URLSearchParams(location.search).get('as') ?? 'evidence'
  useTitle(`${label} ${shortDigest(digest)}`)
  const evidence = useLive(`evidence ${digest}`, async (): Promise<Evidence> => {
    const bytes = await api.evidence(digest)
    return { bytes, digest: await digestOf(bytes) }
  })
  return (
    <>
      <p className="crumb">
        <span>Evidence</span> / <span>{label}</span>
      </p>
      <h1>{label}</h1>
      <p className="digest-line">
        <code>{digest}</code> <CopyButton text={digest} what="the digest" />
      </p>
      <Loaded live={evidence} what="the evidence">
        {(value) => <Shown evidence={value} digest={digest} label={label} />}
      </Loaded>
    </>
  )
}

interface ShownTerms {
  readonly evidence: Evidence
  readonly digest: string
  readonly label: string
}

function Shown({ evidence, digest, label }: ShownTerms): ReactNode {
  const { bytes } = evidence
  const isSame = evidence.digest === digest
  const parts = readParts(bytes)
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
            saveFile(`${label}-${shortDigest(digest)}`, bytes, 'application/octet-stream')
          }
        >
          Download
        </button>
      </p>
      {parts.map(({ title, text }) => (
        <section key={title} aria-label={title}>
          <h2>{title}</h2>
          <pre tabIndex={0} aria-label={title}>
            <TextWithDigests text={text.slice(0, SHOWN_LIMIT_CHARACTERS)} />
          </pre>
          {text.length > SHOWN_LIMIT_CHARACTERS ? (
            <p className="soft">Cut here; the download has all of it.</p>
          ) : null}
        </section>
      ))}
    </>
  )
}

interface Part {
  readonly title: string
  readonly text: string
}

interface Envelope {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid?: string }[]
}

/** Signed statements are opened; JSON is laid out; text stays text; the rest is hexadecimal. */
function readParts(bytes: Uint8Array): readonly Part[] {
  const text = textOf(bytes)
  if (text === undefined) return [{ title: `First ${HEX_SHOWN_BYTES} bytes`, text: hexDump(bytes) }]
  const value = jsonOf(text)
  if (value === undefined) return [{ title: 'Text', text }]
  if (!isEnvelope(value)) return [{ title: 'Content', text: JSON.stringify(value, null, 2) }]
  const inner = textOf(Uint8Array.from(atob(value.payload), (one) => one.charCodeAt(0)))
  const statement = inner === undefined ? undefined : jsonOf(inner)
  const signers = value.signatures.map(({ keyid }) => keyid ?? 'a key without a name').join('\n')
  return [
    { title: 'Statement', text: JSON.stringify(statement, null, 2) ?? inner ?? '' },
    { title: 'Signed by', text: `${signers}\n${value.payloadType}` },
  ]
}

function isEnvelope(value: unknown): value is Envelope {
  return (
    typeof value === 'object' &&
    value !== null &&
    'payload' in value &&
    typeof value.payload === 'string' &&
    'payloadType' in value &&
    'signatures' in value &&
    Array.isArray(value.signatures)
  )
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // No text: shown as what it is.
    return undefined
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Plain text, which most evidence is.
    return undefined
  }
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))
  const hex = Array.from(new Uint8Array(hash), (one) => one.toString(16).padStart(2, '0'))
  return `sha256:${hex.join('')}`
}

/** Sixteen bytes a line with their place before them. */
function hexDump(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < Math.min(bytes.length, HEX_SHOWN_BYTES); at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((one) => one.toString(16).padStart(2, '0'))
    lines.push(`${at.toString(16).padStart(8, '0')}  ${row.join(' ')}`)
  }
  return lines.join('\n')
}
