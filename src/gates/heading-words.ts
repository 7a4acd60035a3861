// The words by which headings and items say how much they matter and when they are due, in eight languages.
//
// One line per language: English, German, French, Spanish, Dutch, Turkish, Portuguese, Italian. Words stand as `slugOf`
// leaves them, with blanks for hyphens: lower case, without accents.
import { slugOf } from '../kernel/index.ts'

const ADVISORY_WORDS = wordPattern([
  'recommended|optional|nice to have|stretch|bonus',
  'empfohlen|optional|wunschenswert|freiwillig',
  'recommandes?|recommandees?|facultatif|facultatifs|facultative|facultatives|optionnel|optionnels|optionnelle|souhaitable',
  'recomendados?|recomendadas?|opcional|opcionales|deseable',
  'aanbevolen|optioneel|wenselijk',
  'onerilen|onerilir|istege baglı|istege bagli|opsiyonel|secmeli',
  'recomendados?|recomendadas?|opcional|opcionais|desejavel',
  'consigliato|consigliati|raccomandato|facoltativo|facoltativi|opzionale|opzionali',
])

const METRIC_WORDS = wordPattern([
  'metrics',
  'metriken|kennzahlen|messwerte',
  'metriques|indicateurs',
  'metricas|indicadores',
  'metrieken|meetwaarden',
  'metrikler|olcumler|metrikleri',
  'metricas|indicadores',
  'metriche|indicatori',
])

/** Nouns for what a release does, without English, whose phase words are patterns of their own. */
const DEPLOY_NOUNS =
  'deployments?|deploy|release|releases|rollouts?|auslieferung|freigabe|bereitstellung|livegang|veroffentlichung|' +
  'deploiement|mise en production|mise en ligne|livraison|despliegue|lanzamiento|uitrol|livegang|uitrollen|' +
  'dagıtım|dagitim|yayın|yayin|yayınlama|surum|canlıya alma|canliya alma|implantacao|publicacao|lancamento|rilascio|distribuzione'
const BEFORE = new RegExp(
  `(?:^| )(?:(?:vor|avant|antes|voor|prima)(?: (?:dem|der|le|la|l|de|del|da|do|het|een|della))* (?:${DEPLOY_NOUNS})|(?:${DEPLOY_NOUNS}) oncesi)(?: |$)`,
  'u',
)
const AFTER = new RegExp(
  `(?:^| )(?:(?:nach|apres|despues|na|apos|depois|dopo)(?: (?:dem|der|le|la|l|de|del|da|do|het|een|il|della))* (?:${DEPLOY_NOUNS})|(?:${DEPLOY_NOUNS}) sonrası|(?:${DEPLOY_NOUNS}) sonrasi)(?: |$)`,
  'u',
)
const CANARY = /(?:^| )(?:canari|canario|canarios|kanarie|kanarya|kanarienvogel)(?: |$)/u
const FULL =
  /(?:^| )(?:vollstandige[rs]? (?:rollout|auslieferung)|deploiement complet|despliegue completo|volledige uitrol|tam (?:yayın|yayin|dagıtım|dagitim)|implantacao completa|rilascio completo)(?: |$)/u
const DEPLOY = new RegExp(`(?:^| )(?:${DEPLOY_NOUNS})(?: |$)`, 'u')

function wordPattern(lines: readonly string[]): RegExp {
  return new RegExp(`^(?:${lines.join('|')})(?: |$)`, 'u')
}

function plainWords(title: string): string {
  return slugOf(title).replaceAll('-', ' ')
}

/** Whether a heading begins with a word such as Recommended or Optional. */
export function isAdvisory(title: string): boolean {
  return ADVISORY_WORDS.test(plainWords(title))
}

/** Whether the words are nothing but one that lowers: `optional`, `empfohlen`. */
export function loweringIn(words: string): string | undefined {
  const plain = plainWords(words)
  return ADVISORY_WORDS.exec(plain)?.[0].trim() === plain && plain !== '' ? plain : undefined
}

/** Whether a heading is about metrics and nothing else: at most two words before the last one. */
export function isMetrics(title: string): boolean {
  const words = plainWords(title.replace(/\(.*\)\W*$/u, ''))
  const parts = words.split(' ')
  if (parts.length <= 3 && METRIC_WORDS.test(parts.at(-1) ?? '')) return true
  // Romance languages put the word first: "métriques de la release".
  return METRIC_WORDS.test(words) && /^(?:de|des|du|del|da|do|di|della|van)$/.test(parts[1] ?? '')
}

/** What a heading in another language than English says of the phase. */
export function foreignPhase(
  title: string,
): 'pre-deploy' | 'post-deploy' | 'canary-100' | 'canary-5' | undefined {
  const words = plainWords(title)
  if (BEFORE.test(words)) return 'pre-deploy'
  if (AFTER.test(words)) return 'post-deploy'
  if (FULL.test(words)) return 'canary-100'
  return CANARY.test(words) ? 'canary-5' : undefined
}

/** Whether a heading speaks of bringing something out, in another language than English. */
export function isForeignRollout(title: string): boolean {
  return DEPLOY.test(plainWords(title))
}
