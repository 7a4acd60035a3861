// What a repository says about its way to users: pipelines, images, databases, orchestration, alerts.
import { isMap, isScalar, parseDocument } from 'yaml'
import type { ProposedGate, Remark, RepositoryFiles, Sightings } from './model.ts'
import { merge } from './sightings.ts'

/** Most pipeline files that are opened. */
const PIPELINE_LIMIT_COUNT = 50
/** How often aliases may be followed in somebody else's YAML. */
const ALIAS_LIMIT_COUNT = 100

export async function surveyDelivery(files: RepositoryFiles): Promise<Sightings> {
  return merge([
    await surveyPipelines(files),
    await surveyImages(files),
    await surveyData(files),
    surveyOrchestration(files),
    surveyAlerts(files),
  ])
}

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/
const OTHER_PIPELINES: readonly (readonly [RegExp, string])[] = [
  [/^\.gitlab-ci\.ya?ml$/, 'GitLab pipeline'],
  [/^\.circleci\/config\.ya?ml$/, 'CircleCI pipeline'],
  [/^Jenkinsfile$/, 'Jenkins pipeline'],
  [/^azure-pipelines\.ya?ml$/, 'Azure pipeline'],
  [/^\.buildkite\/pipeline\.ya?ml$/, 'Buildkite pipeline'],
]

async function surveyPipelines(files: RepositoryFiles): Promise<Sightings> {
  const gates: ProposedGate[] = []
  const remarks: Remark[] = []
  for (const path of files.paths
    .filter((each) => WORKFLOW.test(each))
    .slice(0, PIPELINE_LIMIT_COUNT)) {
    const read = readYamlKeys((await files.read(path)) ?? '', 'jobs')
    if (read === undefined) {
      remarks.push({ where: path, text: 'could not be read as a workflow' })
      continue
    }
    const jobs = read.length === 0 ? '' : ` (jobs: ${read.slice(0, 8).join(', ')})`
    gates.push({
      section: 'Code',
      title: `The workflow ${nameOf(path)} is green for the commit that is released${jobs}`,
      because: path,
      slots: ['Run'],
    })
  }
  for (const [pattern, what] of OTHER_PIPELINES) {
    const path = files.paths.find((each) => pattern.test(each))
    if (path === undefined) continue
    gates.push({
      section: 'Code',
      title: `The ${what} is green for the commit that is released`,
      because: path,
      slots: ['Run'],
    })
  }
  return { gates, remarks }
}

const COMPOSE = /^(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml$/

async function surveyImages(files: RepositoryFiles): Promise<Sightings> {
  const gates: ProposedGate[] = []
  const remarks: Remark[] = []
  const dockerfile = files.paths.find((path) => /(?:^|\/)(?:Dockerfile|Containerfile)$/.test(path))
  if (dockerfile !== undefined) {
    gates.push({
      section: 'Delivery',
      title: 'The image that is released is the one that was tested',
      because: dockerfile,
      slots: ['Digest'],
    })
    const text = (await files.read(dockerfile)) ?? ''
    const loose = text
      .split('\n')
      .findIndex(
        (line) => /^FROM\s+(?!scratch\b)[^\s@$]+(?::latest)?(?:\s|$)/i.test(line) && isLoose(line),
      )
    if (loose >= 0)
      remarks.push({
        where: `${dockerfile}:${loose + 1}`,
        text: 'builds on an image without a fixed version',
      })
  }
  for (const path of files.paths.filter((each) => COMPOSE.test(each))) {
    const services = readYamlKeys((await files.read(path)) ?? '', 'services')
    if (services === undefined)
      remarks.push({ where: path, text: 'could not be read as a compose file' })
    else if (services.length > 0)
      gates.push({
        section: 'Operations',
        title: `Every service answers on staging: ${services.slice(0, 12).join(', ')}`,
        because: path,
      })
  }
  return { gates, remarks }
}

function isLoose(line: string): boolean {
  const image = line.trim().split(/\s+/)[1] ?? ''
  return !/:/.test(image.slice(image.lastIndexOf('/') + 1)) || image.endsWith(':latest')
}

const MIGRATIONS =
  /(?:^|\/)(?:migrations?|db\/migrate|alembic\/versions|flyway|liquibase)\/.+\.(?:sql|py|rb|ts|js|xml|ya?ml|kt|java|php)$/
const DOWN = /(?:\.down\.|_down\.|rollback|(?:^|\/)U\d)/i

async function surveyData(files: RepositoryFiles): Promise<Sightings> {
  const migrations = files.paths.filter((path) => MIGRATIONS.test(path))
  const schema = files.paths.find((path) =>
    /(?:^|\/)schema\.prisma$|(?:^|\/)schema\.sql$/.test(path),
  )
  const because = migrations[0] ?? schema
  if (because === undefined) return { gates: [], remarks: [] }
  const folder = because.slice(0, because.lastIndexOf('/') + 1) || because
  const gates: ProposedGate[] = [
    {
      section: 'Data',
      title: 'The migrations of this release ran on staging, on data of production’s size',
      because: migrations.length > 1 ? `${folder} (${migrations.length} files)` : because,
      slots: ['Duration'],
    },
    {
      section: 'Data',
      title: 'A restore of the newest backup was rehearsed within 35 days',
      because: folder,
      slots: ['Date', 'Duration'],
    },
  ]
  const remarks: Remark[] = []
  if (migrations.length > 0 && !migrations.some((path) => DOWN.test(path))) {
    const readable = (await Promise.all(migrations.slice(-5).map((path) => files.read(path)))).join(
      '\n',
    )
    if (!/\bdown\b|downgrade|rollback/i.test(readable))
      remarks.push({ where: folder, text: 'no way back was found beside the migrations' })
  }
  return { gates, remarks }
}

function surveyOrchestration(files: RepositoryFiles): Sightings {
  const chart = files.paths.find((path) => /(?:^|\/)Chart\.yaml$/.test(path))
  const manifest = files.paths.find((path) =>
    /(?:^|\/)(?:k8s|kubernetes|manifests|deploy)\/.+\.ya?ml$/.test(path),
  )
  const terraform = files.paths.find((path) => path.endsWith('.tf'))
  const gates: ProposedGate[] = []
  if (chart !== undefined) {
    const folder = chart.slice(0, -'Chart.yaml'.length).replace(/\/$/, '') || '.'
    gates.push({
      section: 'Delivery',
      title: 'The chart renders and lints',
      because: chart,
      // A folder with other letters is named by a person who has read it.
      ...(/^(?!-)(?!.*___)[\w./-]+$/.test(folder) ? { command: `helm lint ${folder}` } : {}),
    })
  }
  const deployed = chart ?? manifest
  if (deployed !== undefined)
    gates.push({
      section: 'Delivery',
      title: 'The rollout on staging is complete, and its way back was tried',
      because: deployed,
      slots: ['Date'],
    })
  if (terraform !== undefined)
    gates.push({
      section: 'Delivery',
      title: 'The infrastructure plan was read by somebody who did not write it',
      because: terraform,
      slots: ['Reader'],
    })
  return { gates, remarks: [] }
}

function surveyAlerts(files: RepositoryFiles): Sightings {
  const rules = files.paths.find(
    (path) => /(?:rules?|alerts?)[^/]*\.ya?ml$/i.test(path) && /prom|alert/i.test(path),
  )
  if (rules === undefined) return { gates: [], remarks: [] }
  return {
    gates: [
      {
        section: 'Operations',
        title: 'The alerts of this release are loaded, and one was seen to arrive',
        because: rules,
        slots: ['Alert'],
      },
    ],
    remarks: [],
  }
}

/** Plain names below a key of a YAML text; undefined when it cannot be read or has no such key. */
function readYamlKeys(text: string, key: string): readonly string[] | undefined {
  try {
    const document = parseDocument(text, { merge: false, prettyErrors: false })
    if (document.errors.length > 0) return undefined
    const below = document.get(key)
    if (!isMap(below)) return undefined
    // Only names are taken, so aliases are never expanded; the count guards what the reader itself would follow.
    return below.items
      .slice(0, ALIAS_LIMIT_COUNT)
      .flatMap(({ key: name }) =>
        isScalar(name) && typeof name.value === 'string' ? [name.value] : [],
      )
      .filter((name) => /^[\w.-]{1,60}$/.test(name))
  } catch {
    // The YAML reader recurses: a text of nested brackets is simply no workflow.
    return undefined
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
