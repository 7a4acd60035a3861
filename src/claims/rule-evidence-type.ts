// R7: evidence of a kind that cannot show the claim, such as unit tests for what only a deployment shows.
import type { Passage } from './passages.ts'
import { isSetApart } from './place.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import { sharedStems, stemsOf } from './subject.ts'

/** Properties of something deployed under traffic, which no unit test sees. */
const DEPLOYED =
  /\b(?:security hardening|hardening|(?:security )?headers?|performance|latency|load|throughput|scalability|failover|restore|disaster recovery|backups?|availability|sicherheitsheader|leistung|last|wiederherstellung|en-têtes?|rendimiento|carga|cabeceras?|başlıkları|performans)\b/iu
const SHOWN =
  /\b(?:validated|verified|proven|proved|confirmed|validiert|nachgewiesen|bestätigt|validée?s?|prouvée?s?|validad[oa]s?|verificad[oa]s?|comprobad[oa]s?|doğrulandı|kanıtlandı)\b/iu
const UNIT_TESTS =
  /\b(?:unit[- ]?tests?|unittests?|tests? unitaires?|pruebas? unitarias?|birim test(?:leri|ler)?)\b/iu
/** Other evidence beside the unit tests, or a claim about code alone. */
const ENOUGH =
  /\b(?:load test|integration|e2e|end-to-end|smoke|scan|zap|curl|staging|production|drill|penetration|benchmark|k6|gatling|jmeter|logic|middleware|module|function|parser|calculation|code path|handler)\b/iu

export const findEvidenceMismatch: FindContradictions = ({ outline }) =>
  outline.passages.flatMap((passage) => {
    const { text, tags, cells, glyph } = passage
    if (!UNIT_TESTS.test(text) || !SHOWN.test(text) || !DEPLOYED.test(text)) return []
    if (ENOUGH.test(text) || tags.has('negation') || tags.has('future') || tags.has('condition'))
      return []
    if (glyph === 'open' || glyph === 'both' || isSetApart(outline, passage)) return []
    // In a table the claim and its evidence stand in different cells.
    if (
      cells !== undefined &&
      !cells.some((cell) => SHOWN.test(cell) && DEPLOYED.test(cell) && !UNIT_TESTS.test(cell))
    )
      return []
    return [
      findingOf({
        rule: 'R7',
        verdict: 'OVERSTATED',
        claim: passage,
        against: [...expectedOnly(outline.passages, passage), passage],
        message: 'Unit tests are the evidence, and they see no deployment, traffic or restore',
      }),
    ]
  })

/** Places where the document itself calls the same subject merely expected. */
function expectedOnly(passages: readonly Passage[], claim: Passage): Passage[] {
  const stems = stemsOf(claim.cells?.[0] ?? claim.text)
  return passages
    .filter(
      ({ label, text }) =>
        label !== undefined &&
        /^(?:expected|erwartet|attendu|esperado|beklenen)/i.test(label) &&
        sharedStems(stems, stemsOf(text)).length > 0,
    )
    .slice(0, 3)
}
