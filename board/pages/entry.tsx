// One entry of the ledger, and the proof that it is in the log: worked out in this browser, not told by the server.
import type { ReactNode } from 'react'
import { fieldsToldOtherwise, parseLogTrustText, verifyEntryProof } from '../../src/verify/index.ts'
import type { EntryProofReport } from '../../src/verify/index.ts'
import { browserVerifyPorts } from '../../src/verify/browser.ts'
import { api } from '../api.ts'
import type { Entry } from '../answers.ts'
import { useLive } from '../live.ts'
import { EvidenceLink } from '../parts/digest.tsx'
import { Erased } from '../parts/erased.tsx'
import { saveFile } from '../parts/file.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { Empty, Loaded, useTitle } from '../parts/state.tsx'
import { Link } from '../routes.tsx'
import { countOf } from '../words.ts'

export function EntryPage({ seq }: { readonly seq: number }): ReactNode {
  useTitle(`Entry ${seq}`)
  const entry = useLive(`entry ${seq}`, async () => {
    const { entries } = await api.entries({ from: seq, limit: 1 })
    return { found: entries.find((each) => each.seq === seq) }
  })
  return (
    <>
      <p className="crumb">
        <Link to="/ledger">Ledger</Link> / <span>entry {seq}</span>
      </p>
      <h1>
        Entry <span className="version">{seq}</span>
      </h1>
      <Loaded live={entry} what="the entry">
        {({ found }) =>
          found === undefined ? (
            <Empty title="The ledger has no such entry yet">
              <p>
                It ends before entry {seq}. <Link to="/ledger">The newest entries</Link>
              </p>
            </Empty>
          ) : (
            <EntryFacts entry={found} />
          )
        }
      </Loaded>
      <nav className="buttons steps" aria-label="Entries">
        {seq === 0 ? null : <Link to={`/ledger/${seq - 1}`}>Entry {seq - 1}</Link>}
        <Link to={`/ledger/${seq + 1}`}>Entry {seq + 1}</Link>
      </nav>
    </>
  )
}

function EntryFacts({ entry }: { readonly entry: Entry }): ReactNode {
  const { body } = entry
  return (
    <>
      <dl className="facts">
        <dt>What happened</dt>
        <dd>
          <code>{body.type}</code>
        </dd>
        <dt>To what</dt>
        <dd>{body.subject}</dd>
        <dt>By whom</dt>
        <dd>{body.actor}</dd>
        <dt>When</dt>
        <dd>
          <Moment at={entry.time} />
        </dd>
        <dt>Rests on</dt>
        <dd className="links">
          {body.refs.length === 0 ? <span className="soft">nothing else</span> : null}
          {body.refs.map((ref) => (
            <EvidenceLink key={ref} digest={ref} />
          ))}
        </dd>
        <dt>Payload</dt>
        <dd>
          <Erased by={entry.erasedBy} />
          committed to by <code>{body.payload.c}</code>
        </dd>
        <dt>Entry before</dt>
        <dd>
          <code>{entry.prev ?? 'none'}</code>
        </dd>
        <dt>Id</dt>
        <dd>
          <code>{body.id}</code>
        </dd>
      </dl>
      <Inclusion entry={entry} />
    </>
  )
}

type Proven =
  | { readonly report: EntryProofReport; readonly tlogProof: string }
  | { readonly problem: string }

function Inclusion({ entry }: { readonly entry: Entry }): ReactNode {
  const proof = useLive(`proof ${entry.seq}`, () => prove(entry))
  return (
    <section aria-labelledby="inclusion">
      <h2 id="inclusion">Is it in the log?</h2>
      {proof.fault?.code === 'LEDGER_ENTRY_UNKNOWN' ? (
        <p>
          <Mark tone="wait">Not signed yet</Mark>: the next checkpoint covers it. A decision or{' '}
          <code>npx seaworthy ledger checkpoint</code> signs one.
        </p>
      ) : (
        <Loaded live={proof} what="the proof">
          {(proven) =>
            'report' in proven ? (
              <Path {...proven} erasedBy={entry.erasedBy} />
            ) : (
              <p role="alert">
                <Mark tone="stop">The proof does not hold</Mark>: {proven.problem}
              </p>
            )
          }
        </Loaded>
      )}
    </section>
  )
}

/** What the server shows as the entry has to be what the proven bytes say. */
async function prove(entry: Entry): Promise<Proven> {
  const [{ leaf, tlogProof }, { noteKey }] = await Promise.all([
    api.proof(entry.seq),
    api.checkpoint(),
  ])
  const ports = browserVerifyPorts
  const policy = parseLogTrustText(ports.digest, utf8(noteKey))
  if (!policy.ok) return { problem: policy.reason }
  const bytes = Uint8Array.from(atob(leaf), (one) => one.charCodeAt(0))
  const given = { ports, policy: policy.value, entry: bytes }
  const report = await verifyEntryProof(utf8(tlogProof), given)
  const finding = report.findings[0]
  if (finding !== undefined) return { problem: finding.text }
  const other = fieldsToldOtherwise(report, entry)
  return other.length === 0
    ? { report, tlogProof }
    : { problem: `the proven bytes say otherwise than what is shown above (${other.join(', ')})` }
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The hashes of a proof that held, from the entry upwards, and the root, as its text has them (C2SP tlog-proof). */
function readPath(tlogProof: string): {
  readonly siblings: readonly string[]
  readonly root: string
} {
  const [proof = '', checkpoint = ''] = tlogProof.split('\n\n')
  const lines = proof.split('\n')
  const at = lines.findIndex((line) => line.startsWith('index '))
  return { siblings: lines.slice(at + 1), root: checkpoint.split('\n')[2] ?? '' }
}

type PathTerms = Extract<Proven, { readonly report: unknown }> & {
  readonly erasedBy: number | undefined
}

function Path({ report, tlogProof, erasedBy }: PathTerms): ReactNode {
  const { index, size, leafHash, origin } = report
  const notProven = [
    ...report.notProven,
    // The leaf was written before: only the entry that attests an erasure shows it.
    ...(erasedBy === undefined
      ? []
      : [`that the payload was erased: entry ${erasedBy} attests it`]),
  ]
  const { siblings, root } = readPath(tlogProof)
  return (
    <>
      <p>
        <Mark tone="go">Proven here</Mark>: from these bytes,{' '}
        {countOf(siblings.length, 'hash', 'hashes')} lead to the root of{' '}
        {countOf(size ?? 0, 'entry', 'entries')}, and the ledger’s key signed that root.
      </p>
      <ol className="path">
        <li>
          <span>entry {index}</span> <code>{leafHash}</code>
        </li>
        {siblings.map((hash, at) => (
          <li key={at} className="soft">
            <span>with</span> <code>{hash}</code>
          </li>
        ))}
        <li>
          <span>root</span> <code>{root}</code>
        </li>
        <li>
          <span>signed by</span> <code>{origin}</code>
        </li>
      </ol>
      <p className="soft">
        Not proven: {notProven.join('; ')}. The key itself comes from this server.
      </p>
      <button
        type="button"
        onClick={() => saveFile(`entry-${index}.tlog-proof`, tlogProof, 'text/plain')}
      >
        Download the proof
      </button>
    </>
  )
}
