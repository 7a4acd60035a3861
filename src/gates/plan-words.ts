// What each key of a plan file means, for editors and for the reference page; a key without words stops both from being made.

const READING = {
  from: 'Where the value is read from',
  path: 'Path into the JSON, as $.items[0].name',
  percent: 'Which percentile of the histogram at the path, above 0 and at most 100',
  of: 'Value of a report, such as tests.failed or findings.critical; docs/evidence-formats.md lists them',
  in: 'Report file that is read; all of the check together by default',
  product:
    'What was scanned, as a package URL: VEX statements about it count for findings that name no product',
  name: 'Header name',
  column: 'Column of the answer',
  row: 'Row of the answer, counted from 0; the first by default',
  rows: 'Whether the claim has to hold for every row, for any, or for none',
  where: 'Conditions that a row has to satisfy, all of them',
  take: 'Which value of the answer: the only one, every, any or no sample, what is computed of all, or how many there are',
  slot: 'Id of the slot whose value is read',
}

const ROW_TEST = {
  column: 'Column of the row',
  op: 'How its cell is compared',
  value: 'With what',
  unit: 'Unit of value',
}

/**
 * By place (`#` for each of a list), then by key. Where a place comes in kinds and a key means something else in one of
 * them, `kind.key` wins.
 */
export const PLAN_WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    format: 'Version of this format',
    service: 'What is released',
    version: 'Version that is released',
    environment: 'Environment the gates look at; evidence counts for no other',
    source: 'Checklist the plan was made from',
    signOffs: 'Roles that sign the release off; distinct people fill them',
    gates: 'What has to hold',
  },
  source: {
    name: 'File name of the checklist',
    sha256: 'Digest of its bytes; the filled copy is made from exactly these',
    gates: 'What else than boxes and tables was taken for gates',
  },
  'signOffs.#': {
    role: 'Role that signs',
    minimum: 'Distinct people needed for the role',
    anyOf: 'Roles whose holders may fill it too: any one of them is as good',
  },
  'gates.#': {
    id: 'Unique name; results, dependencies and waivers refer to it',
    title: 'What the gate claims, in the words of the checklist',
    section: 'Headings above it',
    phase: 'Phase in which it is due',
    owner: 'Who the checklist says is to see to it',
    severity: 'required blocks the release; advisory is listed; informational is only shown',
    effect: 'What running the check may change; anything but read asks each time',
    provenRead:
      'True where the lint proved that the check only reads; a plan cannot claim it on its own word',
    check: 'How the gate is decided',
    assertions: 'What must be true of what the check saw; a gate without any never passes',
    parameters: 'Parameters ($NAME) that the check uses; a missing one blocks the gate',
    consumes:
      'Parameters whose value another gate produces, by name; that gate has to be satisfied first, and when it runs again, this result is STALE',
    needs: 'Ids of gates that have to be satisfied first',
    holes:
      'Places of the template that nobody filled; each blocks the gate. Remove an entry when you filled it',
    slots: 'Places of the checklist that a value belongs in',
    toggles: 'Undecided ✅❌ of the checklist',
    children:
      'Ids of gates below it; its status is the worst of theirs and it has no check of its own',
    timeoutMs:
      'Longest time one attempt may take, in milliseconds; then it is ended with everything it started',
    maxAgeMs: 'Evidence older than this is STALE, in milliseconds; without it, age does not matter',
    retries: 'Further attempts after ERROR; reads only',
    exclusive: 'Gates that name the same resource never run at the same time',
    regenerate:
      'true: to be tried again after the deploy; a second set without it says missing (`bundle --with-run`)',
    soak: 'Asks the check again and again; it has to hold over the whole window. timeoutMs then bounds each sample',
    unsound:
      'Lint rules of level error that the check breaks: it can succeed while the gate is false',
    source: 'Where the gate stands in the checklist',
  },
  'gates.#.consumes.*': {
    gate: 'Id of the gate that produces the value',
    slot: 'Id of its slot, or of its toggle: then the value is true or false',
  },
  'gates.#.soak': {
    forMs: 'Length of the window without interruption, in milliseconds',
    everyMs: 'From the beginning of one sample to the next, in milliseconds; at least 100',
    maxGapMs:
      'Longest time between two samples; after a longer one the window begins anew. Two and a half steps by default',
    allowedFailureShare: 'Share of the samples that may fail, from 0 to 1; then the gate is WARN',
  },
  'gates.#.check': {
    type: 'How the gate is decided',
    language: 'Shell of the script',
    'unsupported.language': 'Language of a block that is not run',
    script: 'What runs, under strict rules: a failing step fails the block',
    reports:
      'Report files that the script writes, relative to the workspace, * in the file name for any characters; kept as evidence. One that this attempt did not write is no data',
    method: 'HTTP method',
    url: 'Address; may hold $NAME or ${NAME}',
    headers: 'Request headers; may hold $NAME',
    body: 'Request body; may hold $NAME',
    connection: 'Name of the parameter that holds the database URL',
    'promql.connection': 'Name of the parameter that holds the URL of the Prometheus server',
    query: 'PromQL expression; may hold $NAME whose value is one plain word',
    range: 'Asks for every value of a time that has passed, not only for the one now',
    text: 'One SQL statement; runs in a read-only transaction that is rolled back',
    name: 'Name of a built-in check; seaworthy checks lists them',
    on: 'Where it runs: runner for checks that ask another service; absent for those of the control plane',
    with: 'Values for its parameters',
    path: 'File, relative to the workspace; nothing outside it is read',
    question: 'What a person answers with yes or no',
    reason: 'Why it cannot be run; the gate is BLOCKED',
  },
  'gates.#.check.range': {
    durationMs: 'How far back, in milliseconds',
    stepMs: 'One value for each of these, in milliseconds',
  },
  'gates.#.assertions.#': {
    read: 'Which value is looked at',
    op: 'How it is compared',
    value: 'What it is compared with; absent for exists',
    upper: 'Upper bound of between; value is the lower one, and both belong to the range',
    unit: 'Unit of value: ms, s, min, h, d, %, kB, MiB, /s, rpm …',
    tolerance: 'A numeric miss within this distance of the bound is WARN, not FAIL',
    tolerancePercent: 'The same as a percentage of the bound',
    sampleSize: 'How much has to have been measured; less is INCONCLUSIVE',
    windowMs:
      'Time that the evidence has to cover without a gap, up to its end, in milliseconds; less is INCONCLUSIVE',
    maxGapMs:
      'Longest time within the window without a sample; by default two and a half steps, and half of the window at most',
    severity: 'advisory: false gives WARN instead of FAIL',
    onNoData: 'What absent data means; inconclusive by default',
    fills: 'Ids of slots and toggles of the checklist that this reading or its outcome fills',
  },
  'gates.#.assertions.#.read': READING,
  'gates.#.assertions.#.read.where.#': ROW_TEST,
  'gates.#.assertions.#.sampleSize': {
    read: 'The number that says how much was measured',
    minimum: 'The least of it',
  },
  'gates.#.assertions.#.sampleSize.read': READING,
  'gates.#.assertions.#.sampleSize.read.where.#': ROW_TEST,
  'gates.#.slots.#': {
    id: 'Name of the slot within its gate',
    label: 'Words beside the slot',
    unit: 'Unit the value is in',
    bound: 'Bound stated beside the slot',
  },
  'gates.#.slots.#.bound': { op: 'How the value is compared', value: 'With what' },
  'gates.#.toggles.#': { id: 'Name of the toggle within its gate', label: 'Words beside it' },
  'gates.#.source': { line: 'Line of the checklist', sha256: 'Digest of the item’s own bytes' },
}
