// Reads the documents of a bundle whose manifest holds: plan, decision inputs, ledger part, statements, evidence.
import { contentDigest, messageOf } from '../kernel/index.ts'
import type { ContentDigest, Json } from '../kernel/index.ts'
import { parseBundleConsistency, parseBundleEntries, parseCanonical } from '../proof/index.ts'
import type { BundleConsistency, BundleEntry, OpenedBundle, Parsed } from '../proof/index.ts'
import { parseDecisionInputs, parsePlan } from '../verdict/index.ts'
import type { DecisionInputs, Plan } from '../verdict/index.ts'
import type { Inspection } from './inspection.ts'

/** What later steps read; every file of it has the digest that the signed manifest lists. */
export interface BundleContents {
  readonly opened: OpenedBundle
  readonly plan: Plan
  readonly planHash: ContentDigest
  readonly inputs: DecisionInputs
  readonly inputsDigest: ContentDigest
  readonly entries: readonly BundleEntry[]
  readonly consistency: BundleConsistency
  /** Signed note, not checked yet. */
  readonly checkpointNote: Uint8Array
  /** Envelope bytes by statement id. */
  readonly statements: ReadonlyMap<ContentDigest, Uint8Array>
}

const DOCUMENTS = [
  'documents/original.md',
  'documents/filled.md',
  'documents/report.md',
  'documents/report.html',
]
const SECOND_SET = ['regenerated.json', 'regenerated-plan.json']
const NEEDED = [
  'keys.json',
  'plan.json',
  'decision-inputs.json',
  'entries.json',
  'checkpoint',
  'consistency.json',
]
const OPTIONAL = ['README.txt', 'policy.json', 'trusted-root.json', ...SECOND_SET, ...DOCUMENTS]
const STATEMENT_PATH = /^statements\/([0-9a-f]{64})\.json$/
const EVIDENCE_PATH = /^evidence\/([0-9a-f]{64})\.gz$/

/** Checks that the bundle has the files of its format, each under the name its content gives it. */
export function checkPaths(inspection: Inspection, opened: OpenedBundle): void {
  for (const path of NEEDED) {
    if (!opened.files.has(path))
      inspection.find('VERIFY_FILE_MISSING', `expected ${path}, it is not there`, path)
  }
  for (const file of opened.manifest.files) {
    const named = (STATEMENT_PATH.exec(file.path) ?? EVIDENCE_PATH.exec(file.path))?.[1]
    const isEvidence = EVIDENCE_PATH.test(file.path)
    if (named === undefined && !NEEDED.includes(file.path) && !OPTIONAL.includes(file.path)) {
      inspection.find('VERIFY_FILE_UNKNOWN', `no file of this name belongs in a bundle`, file.path)
    }
    if (named !== undefined && file.sha256 !== `sha256:${named}`) {
      inspection.find(
        'VERIFY_FILE_DIFFERS',
        `expected the name to be the digest, got content ${file.sha256}`,
        file.path,
      )
    }
    if (isEvidence !== (file.content !== undefined)) {
      const text = isEvidence
        ? 'expected size and digest of the content'
        : 'expected no separate content'
      inspection.find('VERIFY_FILE_MALFORMED', `${text} in the manifest`, file.path)
    }
  }
}

/** Parses every document; undefined with findings when one cannot be read. */
export function readContents(
  inspection: Inspection,
  opened: OpenedBundle,
): BundleContents | undefined {
  const { digest } = inspection.ports
  const planBytes = opened.files.get('plan.json')
  const inputsBytes = opened.files.get('decision-inputs.json')
  const entriesBytes = opened.files.get('entries.json')
  const consistencyBytes = opened.files.get('consistency.json')
  const checkpointNote = opened.files.get('checkpoint')
  if (!planBytes || !inputsBytes || !entriesBytes || !consistencyBytes || !checkpointNote)
    return undefined
  const plan = readCanonical(inspection, 'plan.json', planBytes, parsePlan)
  const inputs = readCanonical(inspection, 'decision-inputs.json', inputsBytes, parseDecisionInputs)
  const entries = keep(inspection, 'entries.json', parseBundleEntries(entriesBytes))
  const consistency = keep(inspection, 'consistency.json', parseBundleConsistency(consistencyBytes))
  if (!plan || !inputs || !entries || !consistency) return undefined
  const statements = new Map<ContentDigest, Uint8Array>()
  for (const file of opened.manifest.files) {
    const bytes = opened.files.get(file.path)
    if (STATEMENT_PATH.test(file.path) && bytes !== undefined) statements.set(file.sha256, bytes)
  }
  return {
    opened,
    plan,
    inputs,
    entries,
    consistency,
    checkpointNote,
    statements,
    planHash: contentDigest(digest.sha256(planBytes)),
    inputsDigest: contentDigest(digest.sha256(inputsBytes)),
  }
}

/** Manifest, plan and decision inputs must name one release, one plan, one set of gates, one document. */
export function checkAgreement(inspection: Inspection, contents: BundleContents): void {
  const { plan, planHash, inputs, opened } = contents
  const { manifest } = opened
  const named = `${inputs.subject.service}@${inputs.subject.version} in ${inputs.subject.environment}`
  if (
    manifest.release.service !== inputs.subject.service ||
    manifest.release.version !== inputs.subject.version
  ) {
    inspection.find(
      'VERIFY_MANIFEST_DIFFERS',
      `expected the manifest to name ${named}`,
      'manifest.json',
    )
  }
  if (`${plan.service}@${plan.version} in ${plan.environment}` !== named) {
    inspection.find(
      'VERIFY_PLAN_DIFFERS',
      `expected a plan for ${named}, got one for another release`,
      'plan.json',
    )
  }
  if (planHash !== inputs.plan) {
    inspection.find(
      'VERIFY_PLAN_DIFFERS',
      `expected the plan ${inputs.plan}, got ${planHash}`,
      'plan.json',
    )
  }
  const gates = plan.gates.map((gate) => gate.id)
  if (
    gates.length !== manifest.gates.length ||
    gates.some((gate, index) => gate !== manifest.gates[index])
  ) {
    inspection.find(
      'VERIFY_MANIFEST_DIFFERS',
      `expected the plan's ${gates.length} gates in the manifest, got another list`,
      'manifest.json',
    )
  }
  const original = opened.files.get('documents/original.md')
  const originalDigest = original && contentDigest(inspection.ports.digest.sha256(original))
  if (originalDigest !== undefined && originalDigest !== plan.source.sha256) {
    inspection.find(
      'VERIFY_PLAN_DIFFERS',
      `expected the document ${plan.source.sha256} that the plan was made from, got ${originalDigest}`,
      'documents/original.md',
    )
  }
}

/**
 * Inflates evidence and holds it against the manifest. Bytes are read again when a gate is judged, so that
 * only one gate's evidence is in memory at a time.
 */
export async function checkEvidence(
  inspection: Inspection,
  contents: BundleContents,
): Promise<void> {
  let totalBytes = 0
  for (const file of contents.opened.manifest.files) {
    if (file.content === undefined) continue
    totalBytes += file.content.sizeBytes
    if (file.content.sizeBytes > EVIDENCE_LIMIT_BYTES || totalBytes > EVIDENCE_TOTAL_LIMIT_BYTES) {
      inspection.find(
        'VERIFY_EVIDENCE_DIFFERS',
        `expected at most ${EVIDENCE_LIMIT_BYTES} bytes of content, and ${EVIDENCE_TOTAL_LIMIT_BYTES} in all`,
        file.path,
      )
      return
    }
    await inflateEvidence(inspection, contents, file.content.sha256)
  }
}

/** One piece of evidence inflates to at most this. */
export const EVIDENCE_LIMIT_BYTES = 64 * 1024 * 1024
/** All evidence of a bundle together inflates to at most this. */
export const EVIDENCE_TOTAL_LIMIT_BYTES = 2 * 1024 * 1024 * 1024

/** The content with this digest, checked; undefined with a finding when it is not there or not what it should be. */
export async function inflateEvidence(
  inspection: Inspection,
  contents: BundleContents,
  wanted: ContentDigest,
): Promise<Uint8Array | undefined> {
  const file = contents.opened.manifest.files.find(
    (candidate) => candidate.content?.sha256 === wanted,
  )
  const stored = file && contents.opened.files.get(file.path)
  if (file?.content === undefined || stored === undefined) {
    inspection.find(
      'VERIFY_EVIDENCE_MISSING',
      `expected evidence with the content ${wanted}, it is not in the bundle`,
    )
    return undefined
  }
  let content: Uint8Array
  try {
    content = await inspection.ports.inflate.gunzip(stored, file.content.sizeBytes)
  } catch (thrown) {
    inspection.find(
      'VERIFY_EVIDENCE_DIFFERS',
      `expected gzip of ${file.content.sizeBytes} bytes, got: ${messageOf(thrown)}`,
      file.path,
    )
    return undefined
  }
  const got = contentDigest(inspection.ports.digest.sha256(content))
  if (content.length === file.content.sizeBytes && got === wanted) return content
  inspection.find(
    'VERIFY_EVIDENCE_DIFFERS',
    `expected ${file.content.sizeBytes} bytes with the digest ${wanted}, got ${content.length} with ${got}`,
    file.path,
  )
  return undefined
}

/** Reads a document that has to be canonical JSON; undefined with a finding when it cannot be read. */
export function readCanonical<T>(
  inspection: Inspection,
  path: string,
  bytes: Uint8Array,
  parse: (json: Json) => T,
): T | undefined {
  try {
    return parse(parseCanonical(bytes))
  } catch (thrown) {
    inspection.find('VERIFY_FILE_MALFORMED', messageOf(thrown), path)
  }
  return undefined
}

function keep<T>(inspection: Inspection, path: string, parsed: Parsed<T>): T | undefined {
  if (parsed.ok) return parsed.value
  inspection.find('VERIFY_FILE_MALFORMED', parsed.reason, path)
  return undefined
}
