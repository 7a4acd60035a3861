// Verdicts that are put together from others, and the one about nothing.
import type { EarlierEpoch, KnownRoot, LogVerdict } from './model.ts'

/**
 * A log whose past is damaged is not whole either.
 * @param broken what contradicts the guard among all logs of the tenant
 */
export function withEarlier(
  verdict: LogVerdict,
  found: readonly EarlierEpoch[],
  broken: string | undefined,
): LogVerdict {
  const earlier = found.length === 0 ? {} : { earlier: found }
  if (!verdict.ok) return { ...verdict, ...earlier }
  const bad = found.find(({ ok }) => !ok)
  const reason = bad === undefined ? broken : `epoch ${bad.epoch}: ${bad.reason ?? 'damaged'}`
  if (reason === undefined)
    return { ...verdict, scope: scopeWith(verdict.scope, found), ...earlier }
  return { ...verdict, ok: false, scope: 'damaged', reason, firstBadSeq: null, ...earlier }
}

/** An intact log may go on for one of which nobody outside knows how it ended, and show what was erased after the database that was put back. */
function scopeWith(scope: string, earlier: readonly EarlierEpoch[]): string {
  const named = (rows: readonly EarlierEpoch[]): string => rows.map(({ epoch }) => epoch).join(', ')
  const untold = earlier.filter(({ isKnown }) => !isKnown)
  const open = earlier.filter(({ erasures }) => erasures?.isCovered !== true)
  return [
    scope,
    ...(untold.length === 0 ? [] : [`the end of epoch ${named(untold)} not known to this guard`]),
    ...(open.length === 0 ? [] : [`erasures lost with epoch ${named(open)} not known`]),
  ].join(', ')
}

/** The log is as it was; whether everybody stays erased who was, an older register cannot say. */
export function withGap(verdict: LogVerdict, isGap: boolean): LogVerdict {
  if (!verdict.ok || !isGap) return verdict
  return { ...verdict, scope: `${verdict.scope}, erasure register not whole` }
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
