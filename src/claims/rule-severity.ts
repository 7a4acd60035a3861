// R8: ready or resolved, while risks of weight remain; or labels that disagree about how grave something is.
import { ALSO_LIMIT_QUOTES } from './model.ts'
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { isUnder } from './place.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'

const WEIGHTY =
  /\bP[012]\b|\bSEV-?[12]\b|\b(?:critical|high|medium|kritisch|hoch|mittel|critique|élevé|moyen|crítico|alto|medio|kritik|yüksek|orta)\b|🔴|🟠/iu
const GRAVE =
  /\bP[01]\b|\bSEV-?1\b|\b(?:critical|high|kritisch|hoch|critique|élevé|crítico|alto|kritik|yüksek)\b|🔴/iu
const SETTLED =
  /\b(?:accepted|accept|owner|resolved|closed|mitigated|fixed|done|waived|signed off|akzeptiert|verantwortlich|geschlossen|behoben|accepté|responsable|clos|résolu|aceptado|cerrado|resuelto|kabul|sorumlu|kapatıldı)\b|✅/iu
const OPEN = /^\W*(?:open|unresolved|in progress|not started|offen|ouvert|abierto|açık)\b/iu
const OWN_RISKS = /\b(?:risks?|risiken|risques|riesgos|riskler)\b/iu

export const findSeverityFaults: FindContradictions = (scene) => [
  ...remainingRisks(scene),
  ...mislabelled(scene),
]

/** Verdicts that are held against remaining risks. */
const VERDICT_LIMIT = 300

function remainingRisks(scene: Scene): ClaimFinding[] {
  const risks = scene.outline.passages.filter((passage) => isOpenRisk(scene, passage))
  if (risks.length === 0) return []
  const claims = scene.verdicts.filter(
    ({ isQualified, kind, passage }) =>
      !isQualified && (kind === 'ready' || kind === 'approved') && !OWN_RISKS.test(passage.text),
  )
  return claims.slice(0, VERDICT_LIMIT).map(({ passage }) =>
    findingOf({
      rule: 'R8',
      verdict: 'CONTRADICTED',
      claim: passage,
      against: risks.slice(0, ALSO_LIMIT_QUOTES + 1),
      message: `It is said to be ready without reserve, and ${risks.length === 1 ? 'a risk remains' : `${risks.length} risks remain`} that nobody is said to have accepted`,
    }),
  )
}

/** A risk of weight in a section of remaining risks, or open in a register, that nobody owns or accepted. */
function isOpenRisk({ outline }: Scene, passage: Passage): boolean {
  if (passage.kind === 'row') return isOpenRow(passage)
  if (!isUnder(outline, passage, 'headRisks') || !WEIGHTY.test(passage.text)) return false
  if (passage.kind === 'heading') {
    const section = outline.sections[passage.section]!
    if (section.tags.has('headRisks')) return false
    return !outline.passages
      .slice(section.passage, section.end)
      .some(({ text, label }) => SETTLED.test(label ?? '') || SETTLED.test(text.slice(0, 200)))
  }
  const isTop = passage.kind === 'item' && passage.isLead && passage.parent === undefined
  const heading = outline.sections[passage.section]
  return isTop && heading?.tags.has('headRisks') === true && !SETTLED.test(passage.text)
}

function isOpenRow({ cells, header, text }: Passage): boolean {
  if (cells === undefined || header === undefined || !header.some((name) => OWN_RISKS.test(name)))
    return false
  const status = header.findIndex((name) =>
    /^(?:status|state|stand|statut|estado|durum)$/i.test(name.trim()),
  )
  const owner = header.findIndex((name) =>
    /owner|accepted|verantwort|responsable|sorumlu/i.test(name),
  )
  if (owner >= 0 && /\p{L}/u.test(cells[owner] ?? '')) return false
  return status >= 0 && OPEN.test(cells[status] ?? '') && GRAVE.test(text)
}

/** A section of critical risks that holds items labelled P2 or lower: worth a note. */
function mislabelled({ outline }: Scene): ClaimFinding[] {
  return outline.sections.flatMap((section) => {
    if (!/\b(?:critical|P0|P1)\b/i.test(section.title) || /\bP[2-4]\b/.test(section.title))
      return []
    const lower = outline.sections.filter(
      (inner) => inner.parent === section.index && /\bP[2-4]\b/.test(inner.title),
    )
    if (lower.length === 0) return []
    const claim =
      outline.passages.find(
        ({ text, kind }) =>
          kind !== 'heading' && /\bP0 (?:and|&|\+|\/) P1\b/i.test(text) && /critical/i.test(text),
      ) ?? outline.passages[section.passage]!
    return [
      findingOf({
        rule: 'R8',
        level: 'note',
        verdict: 'WEAK',
        claim,
        against: lower.map((inner) => outline.passages[inner.passage]!),
        message: 'The risks are called critical, and items among them are labelled P2 or lower',
      }),
    ]
  })
}
