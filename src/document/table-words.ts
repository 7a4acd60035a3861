// The words that tell what a table's column is for, in the languages that release checklists are written in.

/** What a column of a sign-off table holds. */
export type SignOffColumn = 'role' | 'name' | 'decision' | 'time'

/** What a column of a table of gates holds. */
export type GateColumn = 'id' | 'title' | 'status' | 'command' | 'owner'

/**
 * Words by column, as `columnWord` leaves them: lower case, without accents. One line per language: English, German,
 * French, Spanish, Dutch, Turkish, and for gates Portuguese and Italian.
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

const GATE_WORDS: Readonly<Record<GateColumn, readonly string[]>> = {
  id: [
    'id|#|no|nr|gate id|check id|ref',
    'kennung|lfd. nr|nummer',
    'numero|n°|no',
    'numero|codigo',
    'nummer',
    'sira|sira no|kod|numara',
    'codigo|n.o',
    'codice|numero',
  ],
  title: [
    'gate|gates|check|checks|item|items|task|tasks|requirement|requirements|criterion|criteria|name|names|description|descriptions|step|steps|what|control|controls|action|actions|issue|issues',
    'prufpunkt|prufung|punkt|aufgabe|schritt|kriterium|anforderung|beschreibung|massnahme|was',
    'tache|etape|verification|controle|critere|exigence|point|quoi',
    'tarea|paso|verificacion|criterio|requisito|descripcion|punto|accion',
    'taak|stap|controle|criterium|eis|omschrijving|actie|punt',
    'gorev|adim|kontrol|kriter|gereksinim|aciklama|madde|is',
    'tarefa|passo|etapa|verificacao|criterio|requisito|descricao|acao',
    'attivita|passo|verifica|controllo|criterio|requisito|descrizione|azione',
  ],
  status: [
    'status|done|state|complete|completed|checked|check|pass|passed|go/no-go|go / no-go|go/nogo|go|pass/fail|yes/no|y/n|ok|✅|☑|✓|✔',
    'stand|zustand|erledigt|fertig|ja/nein',
    'statut|etat|fait|termine|oui/non',
    'estado|hecho|listo|completado|si/no',
    'gereed|gedaan|klaar|afgerond|ja/nee',
    'durum|tamamlandi|yapildi|tamam|evet/hayir',
    'situacao|feito|concluido|sim/nao',
    'stato|fatto|completato|si/no',
  ],
  command: [
    'command|commands|how|how to verify|verification|verify|script|scripts|check command|run',
    'befehl|befehle|kommando',
    'commande|commandes',
    'comando|comandos',
    'commando|opdracht',
    'komut|komutlar',
    'comando|comandos',
    'comando|comandi',
  ],
  owner: [
    'owner|owners|responsible|assignee|assigned to|dri|role|team|who',
    'verantwortlich|verantwortliche|zustandig|rolle|wer',
    'responsable|role|equipe|qui',
    'responsable|rol|equipo|quien',
    'verantwoordelijke|eigenaar|rol|wie',
    'sorumlu|rol|ekip|kim',
    'responsavel|papel|equipe|quem',
    'responsabile|ruolo|squadra|chi',
  ],
}

const GATE_SETS: Readonly<Record<GateColumn, ReadonlySet<string>>> = {
  id: setOf(GATE_WORDS.id),
  title: setOf(GATE_WORDS.title),
  status: setOf(GATE_WORDS.status),
  command: setOf(GATE_WORDS.command),
  owner: setOf(GATE_WORDS.owner),
}

/** What a status cell says of something that is done, in the same languages. */
const DONE_WORDS = setOf([
  'x|yes|y|done|complete|completed|ok|okay|pass|passed|closed|go|approved',
  'ja|erledigt|fertig|abgeschlossen|bestanden',
  'oui|fait|termine|valide|reussi',
  'si|hecho|listo|completado|aprobado',
  'gereed|gedaan|klaar|voltooid|geslaagd',
  'evet|tamam|tamamlandi|yapildi|bitti|gecti',
  'sim|feito|concluido|aprovado',
  'fatto|completato|superato',
])

/** Whether a status cell says that its row is done: by a word, a tick or `[x]`, and without a cross beside it. */
export function saysDone(status: string): boolean {
  if (/❌/u.test(status)) return false
  if (/^(?:✅|☑|☒|✓|✔|\[x\])/iu.test(status)) return true
  const first = /^[\p{L}\p{M}]+/u.exec(columnWord(status))?.[0]
  return first !== undefined && DONE_WORDS.has(first)
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

/** Heads of columns that explain what another column's glyphs mean. */
const LEGEND_WORDS = setOf([
  'meaning|legend|bedeutung|legende|signification|significado|leyenda|betekenis|anlam|anlami|significato|legenda',
])

function setOf(lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => line.split('|')))
}

/** The head of a column for comparing: lower case, no accents, no marks at its end. */
function columnWord(head: string): string {
  const word = head
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replaceAll('ı', 'i')
    .replace(/\s+/g, ' ')
  // A loop: a pattern for "marks, then the end" takes quadratic time on marks that are followed by something else.
  let end = word.length
  while (end > 0 && ' :?!.*'.includes(word[end - 1]!)) end--
  return word.slice(0, end).trim()
}

export function signOffColumnOf(
  header: readonly string[],
  column: SignOffColumn,
): number | undefined {
  return indexIn(header, SIGN_OFF_SETS[column])
}

/** The first column so headed, besides those already taken. */
export function gateColumnOf(
  header: readonly string[],
  column: GateColumn,
  taken: ReadonlySet<number | undefined> = new Set(),
): number | undefined {
  const index = header.findIndex(
    (head, at) => !taken.has(at) && GATE_SETS[column].has(columnWord(head)),
  )
  return index < 0 ? undefined : index
}

/** The second column that names people: `Approver | Approved by`. */
export function secondNameColumnOf(header: readonly string[]): number | undefined {
  const index = header.findLastIndex((head) => SIGN_OFF_SETS.name.has(columnWord(head)))
  return index === signOffColumnOf(header, 'name') || index < 0 ? undefined : index
}

export function signatureColumnOf(header: readonly string[]): number | undefined {
  return indexIn(header, SIGNATURE_WORDS)
}

/** Whether the table explains glyphs instead of using them. */
export function isLegend(header: readonly string[]): boolean {
  return indexIn(header, LEGEND_WORDS) !== undefined
}

/** Whether a column is headed as one of commands or expected answers. */
export function namesChecks(header: readonly string[]): boolean {
  return indexIn(header, CHECK_WORDS) !== undefined
}

function indexIn(header: readonly string[], words: ReadonlySet<string>): number | undefined {
  const index = header.findIndex((head) => words.has(columnWord(head)))
  return index < 0 ? undefined : index
}
