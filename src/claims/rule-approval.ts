// R9: an approval by a group, by nobody in particular, or by the author of the change.
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'

const APPROVED_BY =
  /^(?:approved|signed off|authori[sz]ed|accepted|reviewed and approved) by$|^approvers?$|^freigegeben von$|^genehmigt von$|^approuvé par$|^aprobado por$|^onaylayan$/iu
const AUTHOR =
  /^(?:authors?|author of the change|prepared by|written by|implemented by|autor|erstellt von|auteur|rédigé par|autora?|preparado por|yazar|hazırlayan)$/iu
const GROUP =
  /\b(?:team|teams|guild|squad|board|committee|department|everyone|all|group|stakeholders|leadership|management|engineering|gruppe|abteilung|gremium|équipe|comité|groupe|equipo|grupo|ekibi?|takımı?|kurulu?)$|^(?:team|équipe|comité|equipo|grupo)\b/iu
const ROLE =
  /\b(?:lead|officer|manager|head|director|architect|cto|cpo|ceo|ciso|engineer|owner|leitung|leiter(?:in)?|responsable|directeur|líder|jefe|müdürü?|lideri)$/iu
const JUST_DONE =
  /^[^\p{L}\p{N}]*(?:complete|completed|approved|done|ok|yes|signed|signed off|ready|go|freigegeben|genehmigt|approuvé|aprobado|onaylandı|tamam)?[^\p{L}\p{N}]*$/iu

export const findApprovalFaults: FindContradictions = (scene) => {
  const { passages } = scene.outline
  return [...groups(passages), ...namelessRoles(scene), ...ownApproval(passages)]
}

function groups(passages: readonly Passage[]): ClaimFinding[] {
  return passages.flatMap((passage) => {
    const value = bareValue(passage)
    if (!APPROVED_BY.test(passage.label?.trim() ?? '') || value === '') return []
    if (!GROUP.test(value) || /,|;| and | & /.test(value)) return []
    // A board whose chair is named has a person who answers for it.
    if (/\([^()]*\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+/u.test(passage.value ?? '')) return []
    return [
      findingOf({
        rule: 'R9',
        verdict: 'UNSUPPORTED',
        claim: passage,
        against: [passage],
        message: 'A group approves nothing: no person is named who did',
      }),
    ]
  })
}

/** Several roles said to have signed, none of them with a name. */
function namelessRoles({ outline, verdicts }: Scene): ClaimFinding[] {
  const roles = outline.passages.filter(
    ({ label, value, kind, glyph, text, words }) =>
      kind !== 'row' &&
      kind !== 'heading' &&
      label !== undefined &&
      ROLE.test(label.trim().replace(/^cpo$/i, 'cpo')) &&
      words.length <= 8 &&
      (glyph === 'done' || /\p{L}/u.test(value ?? '')) &&
      JUST_DONE.test(value ?? '') &&
      text.length < 120,
  )
  const bySection = new Map<number, Passage[]>()
  for (const role of roles)
    bySection.set(role.section, [...(bySection.get(role.section) ?? []).slice(0, 50), role])
  const nameless = [...bySection.values()].find((signers) => signers.length >= 2)
  if (nameless === undefined) return []
  const claims = verdicts.filter(
    ({ kind, passage }) => kind === 'approved' || passage.tags.has('approve'),
  )
  const claim = claims[0]?.passage ?? nameless[0]!
  return [
    findingOf({
      rule: 'R9',
      verdict: 'UNSUPPORTED',
      claim,
      against: nameless,
      message: `${nameless.length} roles are said to have signed, none with a name or a time`,
    }),
  ]
}

function ownApproval(passages: readonly Passage[]): ClaimFinding[] {
  const authors = passages.filter(({ label }) => AUTHOR.test(label?.trim() ?? ''))
  if (authors.length === 0) return []
  return passages.flatMap((approval) => {
    if (!APPROVED_BY.test(approval.label?.trim() ?? '')) return []
    const names = namesOf(approval)
    const [only] = names
    // A second person beside the author makes the approval.
    const author =
      names.length === 1 ? authors.find((each) => namesOf(each).includes(only!)) : undefined
    if (author === undefined) return []
    return [
      findingOf({
        rule: 'R9',
        verdict: 'CONTRADICTED',
        claim: approval,
        against: [author],
        message: 'The approval comes from the author of the change alone',
      }),
    ]
  })
}

function namesOf(passage: Passage): string[] {
  return bareValue(passage)
    .toLowerCase()
    .split(/\s*(?:,|;|&|\band\b|\bund\b|\bet\b|\by\b|\bve\b)\s*/u)
    .filter((name) => name.length >= 3)
}

/** Without what stands in parentheses, a time, or status glyphs. */
function bareValue({ value }: Passage): string {
  return (value ?? '')
    .replace(/\([^()]{0,100}\)/g, ' ')
    .replace(/[,;]?\s*(?:on |at )?\d{4}-\d{2}-\d{2}.*$/s, ' ')
    .replace(/[^\p{L}\p{N}\s.,;&'-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
