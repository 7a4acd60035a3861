// Reads a body as it comes in and stops at once when it is too large, too slow or compressed; keeps no more than its limit.
import { openBodiesOf } from './open-bodies.ts'
import type { Contract, IngestAnswer, IngestGuard, IngestRefusal } from './ingest-guard.ts'

/** As much of a stream as is read. */
export interface BodyStreamLike {
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  resume(): unknown
}

export type HeadersLike = Readonly<Record<string, string | readonly string[] | undefined>>

/** A rest of the body up to this is let come in after a refusal, so that the connection can be used again. */
const DRAIN_LIMIT_BYTES = 16 * 1_048_576

export type BodyAnswer =
  | Exclude<IngestAnswer, IngestRefusal>
  /** `mustClose`: what is still coming is not worth waiting for; the answer says `Connection: close`. */
  | (IngestRefusal & { readonly mustClose: boolean })
  | { readonly ok: false; readonly reason: 'broken'; readonly error: Error }

/** Calls `done` once, except when the sender goes away without an error of the stream: then nobody is left to answer. */
export function readBody(
  stream: BodyStreamLike,
  headers: HeadersLike,
  guard: IngestGuard,
  contract: Contract | undefined,
  done: (answer: BodyAnswer) => void,
): void {
  const { limits, clock, bodyLimitMs } = guard
  const declared = Number(headers['content-length'] ?? Number.NaN)
  const untilUs = clock.monotonicUs() + bodyLimitMs * 1_000
  let chunks: Uint8Array[] = []
  let sizeBytes = 0
  let isOver = false
  const finish = (answer: BodyAnswer): void => {
    if (isOver) return
    isOver = true
    openBodies.delete(open)
    chunks = []
    done(answer)
  }
  const stop = (refusal: IngestRefusal, isSlow = false): void => {
    const isShort = declared <= DRAIN_LIMIT_BYTES && !isSlow
    finish({ ...refusal, mustClose: !isShort })
  }
  const tooSlow = (): void =>
    stop(guard.refuse('too-slow', `expected the body within ${bodyLimitMs} ms`), true)
  const openBodies = openBodiesOf(guard)
  const open = { untilUs, stop: tooSlow }
  stream.on('close', () => openBodies.delete(open))
  stream.on('error', (error) => finish({ ok: false, reason: 'broken', error }))
  const encoding = String(headers['content-encoding'] ?? 'identity').toLowerCase()
  const tooLarge = (): IngestRefusal =>
    guard.refuse('too-large', `expected at most ${limits.sizeBytes} bytes`)
  // What comes is thrown away from here on, but it has to be read for the connection to go on.
  if (encoding !== 'identity') {
    stream.resume()
    stop(guard.refuse('encoded', 'expected a body without content encoding'))
    return
  }
  if (declared > limits.sizeBytes) {
    stream.resume()
    stop(tooLarge())
    return
  }
  openBodies.add(open)
  stream.on('data', (chunk) => {
    if (isOver) return
    sizeBytes += chunk.length
    if (sizeBytes > limits.sizeBytes) stop(tooLarge())
    else if (clock.monotonicUs() > untilUs) tooSlow()
    else chunks.push(chunk)
  })
  stream.on('end', () => {
    if (isOver) return
    const answer = guard.admit(joined(chunks, sizeBytes), contract)
    finish(answer.ok ? answer : { ...answer, mustClose: false })
  })
}

function joined(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const [only] = chunks
  if (chunks.length === 1 && only !== undefined) return only
  const body = new Uint8Array(sizeBytes)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.length
  }
  return body
}
