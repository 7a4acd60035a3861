// Verdicts that are put together from others, and the one about nothing.
import type { EarlierEpoch, KnownRoot, LogVerdict } from './model.ts'

/** A log whose past is damaged is not whole either. */
export function withEarlier(verdict: LogVerdict, earlier: readonly EarlierEpoch[]): LogVerdict {
  if (earlier.length === 0) return verdict
  const bad = earlier.find(({ ok }) => !ok)
  if (!verdict.ok || bad === undefined) return { ...verdict, earlier }
  const reason = `epoch ${bad.epoch}: ${bad.reason ?? 'damaged'}`
  return { ...verdict, ok: false, scope: 'damaged', reason, firstBadSeq: null, earlier }
}

export function emptyVerdict(given: readonly KnownRoot[]): LogVerdict {
  const findings = {
    origin: null,
    size: 0,
    checked: { entries: 0, payloads: 0, erased: 0, repeats: 0, tiles: 0, roots: 0 },
    genesis: null,
    latest: null,
    root: null,
  }
  const [known] = given
  if (known === undefined) return { ok: true, scope: 'empty', ...findings }
  const reason = `expected the ${known.size} entries of a checkpoint, got none`
  return { ok: false, scope: 'damaged', reason, firstBadSeq: null, ...findings }
}
