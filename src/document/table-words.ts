// The words that tell what a table's column is for, in the languages that release checklists are written in.

/** What a column of a sign-off table holds. */
export type SignOffColumn = 'role' | 'name' | 'decision' | 'time'

/**
 * Words by column, as `columnWord` leaves them: lower case, without accents. One line per language: English, German,
 * French, Spanish, Dutch, Turkish.
 */
const SIGN_OFF_WORDS: Readonly<Record<SignOffColumn, readonly string[]>> = {
  role: [
    'role|function|approver role|team|area|title|department|position',
    'rolle|funktion|bereich|abteilung|position',
    'role|fonction|equipe',
    'rol|funcion|equipo|area|cargo|puesto',
    'rol|functie|afdeling',
    'rol|gorev|unvan|ekip|takim|birim',
  ],
  name: [
    'name|names|approver|approved by|approvers|person|owner|signed by|signed off by|signatory|assignee|who|reviewer',
    'name|namen|freigegeben von|genehmigt von|unterzeichner|person|wer',
    'nom|noms|approbateur|approuve par|signataire|personne',
    'nombre|aprobador|aprobado por|firmante|persona',
    'naam|goedgekeurd door|ondertekenaar|persoon',
    'ad|adi|isim|ad soyad|adi soyadi|onaylayan|imzalayan|kisi',
  ],
  decision: [
    'status|decision|approval|approved|signature|sign-off|signoff|sign off|signed|go/no-go|go / no-go|go/nogo|verdict|result|initials',
    'status|entscheidung|freigabe|genehmigung|unterschrift|signatur|kurzel|ergebnis',
    'statut|decision|approbation|signature|visa|resultat',
    'estado|decision|aprobacion|firma|resultado',
    'status|beslissing|besluit|goedkeuring|handtekening|paraaf|resultaat',
    'durum|karar|onay|imza|sonuc',
  ],
  time: [
    'time|timestamp|date|date / time|date/time|signed at|when|at|date signed|approved at|approved on',
    'datum|zeit|zeitpunkt|uhrzeit|datum / uhrzeit|datum/uhrzeit|wann',
    'date|heure|horodatage|date et heure|date de signature',
    'fecha|hora|fecha y hora|fecha de firma',
    'datum|tijd|tijdstip|datum en tijd',
    'tarih|saat|zaman|tarih / saat|tarih/saat|tarih ve saat',
  ],
}

const SIGN_OFF_SETS: Readonly<Record<SignOffColumn, ReadonlySet<string>>> = {
  role: setOf(SIGN_OFF_WORDS.role),
  name: setOf(SIGN_OFF_WORDS.name),
  decision: setOf(SIGN_OFF_WORDS.decision),
  time: setOf(SIGN_OFF_WORDS.time),
}

/** Heads of columns that sign, for tables whose first column is the only one that says who. */
const SIGNATURE_WORDS = setOf([
  'signature|signed|sign-off|signoff|sign off|initials|unterschrift|signatur|kurzel|visa|firma|handtekening|paraaf|imza',
])

/** Heads of columns that hold commands or what they should answer. */
const CHECK_WORDS = setOf([
  'command|commands|cmd|how|how to verify|how to check|verification|verify|script|scripts|check command|run|expected|expected result|expected output|expectation',
  'befehl|befehle|kommando|erwartet|erwartetes ergebnis|prufung',
  'commande|commandes|attendu|resultat attendu',
  'comando|comandos|esperado|resultado esperado',
  'commando|opdracht|verwacht|verwacht resultaat',
  'komut|komutlar|beklenen|beklenen sonuc',
])

function setOf(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split('|')))
}

/** The head of a column for comparing: lower case, no accents, no marks at its end. */
function columnWord(head: string): string {
  return head
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    .replace(/\s+/g, ' ')
    .replace(/[\s:?!.*]+$/u, '')
    .trim()
}

export function signOffColumnOf(
  header: readonly string[],
  column: SignOffColumn,
): number | undefined {
  return indexIn(header, SIGN_OFF_SETS[column])
}

/** The second column that names people: `Approver | Approved by`. */
export function secondNameColumnOf(header: readonly string[]): number | undefined {
  const index = header.findLastIndex((head) => SIGN_OFF_SETS.name.has(columnWord(head)))
  return index === signOffColumnOf(header, 'name') || index < 0 ? undefined : index
}

export function signatureColumnOf(header: readonly string[]): number | undefined {
  return indexIn(header, SIGNATURE_WORDS)
}

/** Whether a column is headed as one of commands or expected answers. */
export function namesChecks(header: readonly string[]): boolean {
  return indexIn(header, CHECK_WORDS) !== undefined
}

function indexIn(header: readonly string[], words: ReadonlySet<string>): number | undefined {
  const index = header.findIndex((head) => words.has(columnWord(head)))
  return index < 0 ? undefined : index
}
