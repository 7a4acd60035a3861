// R6: a shorter window is held up against a longer target, or staging against production.
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { isSetApart } from './place.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'
import { environmentsOf } from './subject.ts'

const WINDOW =
  /\b(\d{1,4})[\s-]?(minutes?|min|hours?|hrs?|h|days?|d|weeks?|months?|tage?n?|stunden?|jours?|heures?|días?|horas?|gün|saat)\b/iu
const TARGET_WINDOW =
  /\b\d{1,4}[\s-]?(?:\p{L}+)[\s-]?(?:rolling |sliding )?(?:window|period|fenster|fenêtre|ventana|pencere)/iu
const METRIC =
  /\b(availability|uptime|error rate|latency|throughput|verfügbarkeit|fehlerrate|latenz|disponibilité|disponibilidad)\b/iu
const PERCENTILE = /\bp(\d{2}(?:\.\d)?)\b/i
const MEETS =
  /\b(?:above|under|below|within|meets?|met|exceeds?|exceeded|satisfies|erfüllt|unter|über|respecte|cumple)\b/iu
const HEDGED =
  /\b(?:not (?:yet )?(?:enough|sufficient|representative|comparable)|preliminary|too short|only|insufficient|cannot|indicative|so far|vorläufig|provisoire|provisional)\b/iu
const HOURS: readonly (readonly [RegExp, number])[] = [
  [/^min/i, 1 / 60],
  [/^(?:h|stund|heure|hora|saat)/i, 1],
  [/^(?:d|tag|jour|día|gün)/i, 24],
  [/^w/i, 168],
  [/^m/i, 720],
]

interface Measure {
  readonly passage: Passage
  readonly metric: string
  readonly percentile?: string
  readonly hours: number
}

export const findWindowGaps: FindContradictions = (scene) => [
  ...shortWindows(scene),
  ...otherEnvironments(scene),
]

function shortWindows({ outline }: Scene): ClaimFinding[] {
  const targets = outline.passages.flatMap((passage) =>
    TARGET_WINDOW.test(passage.text) ? measureOf(passage, passage.text) : [],
  )
  if (targets.length === 0) return []
  return outline.passages.flatMap((passage) => {
    if (
      !MEETS.test(passage.text) ||
      !METRIC.test(passage.text) ||
      targets.some((t) => t.passage === passage)
    )
      return []
    const parent = passage.parent === undefined ? undefined : outline.passages[passage.parent]
    const around = `${passage.text} ${parent?.text ?? ''}`
    if (isSetApart(outline, passage) || HEDGED.test(around) || passage.tags.has('future')) return []
    const [claim] = measureOf(
      passage,
      WINDOW.test(passage.text) ? passage.text : (parent?.text ?? ''),
    )
    if (claim === undefined) return []
    const longer = targets.filter(
      (target) => isSameMetric(claim, target) && target.hours > claim.hours,
    )
    if (longer.length === 0) return []
    return [
      findingOf({
        rule: 'R6',
        verdict: 'OVERSTATED',
        claim: passage,
        against: longer.map((target) => target.passage),
        message: `A window of ${shown(claim.hours)} is held against a target over ${shown(longer[0]!.hours)}`,
      }),
    ]
  })
}

function measureOf(passage: Passage, windowText: string): Measure[] {
  const metric = METRIC.exec(passage.text)?.[1]?.toLowerCase()
  const window = WINDOW.exec(windowText)
  if (metric === undefined || window === null) return []
  const factor = HOURS.find(([unit]) => unit.test(window[2]!))?.[1] ?? 24
  const percentile = PERCENTILE.exec(passage.text)?.[1]
  return [
    {
      passage,
      metric: metric === 'uptime' ? 'availability' : metric,
      hours: Number(window[1]) * factor,
      ...(percentile === undefined ? {} : { percentile }),
    },
  ]
}

function isSameMetric(claim: Measure, target: Measure): boolean {
  if (claim.metric !== target.metric) return false
  const { percentile } = claim
  return (
    percentile === undefined || target.percentile === undefined || percentile === target.percentile
  )
}

function shown(hours: number): string {
  return hours >= 48
    ? `${Number((hours / 24).toFixed(1))} days`
    : `${Number(hours.toFixed(1))} hours`
}

/** "Validated in production", and the environment named beside it is another one. */
function otherEnvironments({ outline }: Scene): ClaimFinding[] {
  return outline.passages.flatMap((place) => {
    if (
      !/^\W*(?:test(?:ed)? )?(?:environment|env|umgebung|environnement|entorno|ortam|tested on|run on|measured on)\W*$/iu.test(
        place.label ?? '',
      )
    )
      return []
    const named = environmentsOf(place.words)
    if (named.has('production') || !named.has('staging')) return []
    const claim = outline.passages
      .slice(Math.max(0, place.index - 30), place.index + 30)
      .find(
        (passage) =>
          passage.section === place.section &&
          passage.section >= 0 &&
          passage.tags.has('level6') &&
          /\b(?:in|on|against|under) production\b/i.test(passage.text) &&
          !passage.tags.has('negation') &&
          !passage.tags.has('future') &&
          !passage.tags.has('condition'),
      )
    if (claim === undefined || isSetApart(outline, claim)) return []
    return [
      findingOf({
        rule: 'R6',
        verdict: 'OVERSTATED',
        claim,
        against: [place],
        message: 'It is said of production, and the environment named beside it is staging',
      }),
    ]
  })
}
