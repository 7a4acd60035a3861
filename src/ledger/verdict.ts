// Verdicts that are put together from others, and the one about nothing.
import type { EarlierEpoch, KnownRoot, LogVerdict } from './model.ts'

/** A log whose past is damaged is not whole either. */
export function withEarlier(verdict: LogVerdict, earlier: readonly EarlierEpoch[]): LogVerdict {
  if (earlier.length === 0) return verdict
  const bad = earlier.find(({ ok }) => !ok)
  if (!verdict.ok) return { ...verdict, earlier }
  if (bad === undefined) return { ...verdict, scope: scopeWith(verdict.scope, earlier), earlier }
  const reason = `epoch ${bad.epoch}: ${bad.reason ?? 'damaged'}`
  return { ...verdict, ok: false, scope: 'damaged', reason, firstBadSeq: null, earlier }
}

/** An intact log may still show what was erased after the database that was put back. */
function scopeWith(scope: string, earlier: readonly EarlierEpoch[]): string {
  const open = earlier.filter(({ erasures }) => erasures?.isCovered !== true)
  if (open.length === 0) return scope
  const epochs = open.map(({ epoch }) => epoch).join(', ')
  return `${scope}, erasures lost with epoch ${epochs} not known`
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
