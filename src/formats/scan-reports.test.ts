// Tests of SARIF, CycloneDX, SPDX and OpenVEX: what is found, in what, and what a VEX statement may take away.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aReport, aSarif, aVex, read, refusalOf } from '../../test/reports.ts'
import { STATEMENT_LIMIT } from './affected.ts'
import { summarizeReport } from './index.ts'

test('SARIF results count by level and by CVSS band, rules speaking where results are silent', () => {
  const rules = [
    { id: 'r-high', properties: { 'security-severity': '8.1' } },
    {
      id: 'r-note',
      defaultConfiguration: { level: 'note' },
      properties: { 'security-severity': 3 },
    },
  ]
  const results = [
    { ruleId: 'r-high', level: 'error', message: { text: 'x' } },
    { ruleIndex: 1, message: { text: 'x' } },
    { rule: { id: 'r-high' }, properties: { 'security-severity': '9.8' } },
    { ruleId: 'r-high', kind: 'pass' },
    { ruleId: 'r-high', baselineState: 'absent' },
    { ruleId: 'r-high', suppressions: [{ kind: 'inSource' }] },
    {
      ruleId: 'r-high',
      suppressions: [{ kind: 'inSource' }, { kind: 'external', status: 'underReview' }],
    },
  ]
  const report = aReport(aSarif(results, { tool: { driver: { name: 'scan', rules } } }))
  const fields = [
    'total',
    'suppressed',
    'critical',
    'high',
    'medium',
    'low',
    'unknown',
    'error',
    'warning',
    'note',
  ]
  assert.deepEqual(
    fields.map((each) => read(`findings.${each}`, [report])),
    [4, 1, 1, 2, 0, 1, 0, 1, 2, 1],
  )
  assert.deepEqual(summarizeReport(report), [
    'SARIF by scan: 4 findings (1 critical, 2 high, 1 low), 1 suppressed',
  ])
})

test('a scan that did not happen, or says that it failed, is no data', () => {
  assert.match(refusalOf(aSarif(undefined)), /it did not scan/)
  assert.match(refusalOf(aSarif(null)), /it did not scan/)
  assert.match(refusalOf({ version: '2.1.0', runs: [] }), /expected a run of a scanner/)
  assert.match(refusalOf({ version: '2.0.0', runs: [] }), /expected SARIF 2.1.0/)
  assert.equal(read('findings.total', [aReport(aSarif([]))]), 0)
  const failed = aReport(aSarif([], { invocations: [{ executionSuccessful: false }] }))
  assert.match(
    String(read('findings.total', [failed])),
    /^!\?the scanner says that it did not finish/,
  )
  const unreachable = aReport(
    aSarif([], {
      invocations: [
        {
          executionSuccessful: true,
          toolExecutionNotifications: [
            { level: 'error', message: { text: 'vulnerability database: no route to host' } },
          ],
        },
      ],
    }),
  )
  assert.match(
    String(read('findings.critical', [unreachable])),
    /^!\?the scanner reports: vulnerability database/,
  )
})

test('one finding without a severity makes every severity no data', () => {
  const report = aReport(aSarif([{ ruleId: 'a', level: 'warning' }]))
  assert.equal(read('findings.critical', [report]), '?1 of 1 findings have no severity')
  assert.equal(read('findings.unknown', [report]), 1)
  assert.equal(read('findings.error', [report]), 0)
  assert.match(refusalOf(aSarif([{ ruleId: 'a', level: 'terrible' }])), /expected a level of/)
})

const aBom = (more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [
    {
      type: 'library',
      'bom-ref': 'a',
      name: 'a',
      version: '1',
      purl: 'pkg:npm/a@1',
      licenses: [{ license: { id: 'MIT' } }],
      components: [
        { type: 'library', name: 'inner', version: '', licenses: [{ expression: 'MIT OR ISC' }] },
      ],
    },
    {
      type: 'library',
      'bom-ref': 'b',
      name: 'b',
      version: '2',
      purl: 'pkg:npm/%40scope/b@2',
      licenses: [],
    },
  ],
  ...more,
})

const VULNERABILITIES = [
  { id: 'CVE-1', ratings: [{ severity: 'low' }, { severity: 'high' }], affects: [{ ref: 'a' }] },
  {
    id: 'CVE-2',
    ratings: [{ severity: 'critical' }],
    affects: [{ ref: 'b' }],
    analysis: { state: 'not_affected' },
  },
  {
    id: 'CVE-3',
    ratings: [{ severity: 'critical' }],
    affects: [{ ref: 'b' }],
    analysis: { state: 'not_affected', justification: 'code_not_reachable' },
  },
  {
    id: 'CVE-4',
    ratings: [{ severity: 'medium' }],
    affects: [{ ref: 'a' }],
    analysis: { state: 'resolved' },
  },
]

test('CycloneDX counts components at any depth, and clears only what is analysed with a reason', () => {
  const report = aReport(aBom({ vulnerabilities: VULNERABILITIES }))
  const fields = ['components.total', 'components.withoutLicense', 'components.withoutVersion']
  assert.deepEqual(
    fields.map((each) => read(each, [report])),
    [3, 1, 1],
  )
  const findings = [
    'total',
    'critical',
    'affected',
    'affected.critical',
    'affected.high',
    'affected.medium',
  ]
  assert.deepEqual(
    findings.map((each) => read(`findings.${each}`, [report])),
    [4, 2, 2, 1, 1, 0],
  )
})

test('an SBOM without a list of vulnerabilities says nothing about them', () => {
  assert.equal(
    read('findings.affected', [aReport(aBom())]),
    '?no report with findings, only CycloneDX',
  )
  assert.equal(read('findings.affected', [aReport(aBom({ vulnerabilities: [] }))]), 0)
  assert.equal(
    read('components.total', [aReport(aBom({ components: [] }))]),
    '?no component is listed',
  )
})

test('CycloneDX in XML is read as its JSON form is', () => {
  const xml = `<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><metadata><tools><components><component><name>t</name></component></components></tools></metadata>
    <components><component type="library" bom-ref="a"><name>a</name><version>1</version><purl>pkg:npm/a@1</purl><licenses><license><id>MIT</id></license></licenses>
    <components><component type="library"><name>inner</name><version/><licenses><expression>MIT OR ISC</expression></licenses></component></components></component>
    <component type="library" bom-ref="b"><name>b</name><version>2</version><purl>pkg:npm/%40scope/b@2</purl><pedigree><ancestors><component><name>x</name></component></ancestors></pedigree></component></components>
    <vulnerabilities><vulnerability><id>CVE-1</id><ratings><rating><severity>high</severity></rating></ratings><affects><target><ref>a</ref></target></affects></vulnerability></vulnerabilities></bom>`
  const report = aReport(xml)
  assert.equal(report.version, '1.6')
  assert.deepEqual(report.components, { total: 3, withoutLicense: 1, withoutVersion: 1 })
  assert.deepEqual(
    report.findings?.open,
    aReport(aBom({ vulnerabilities: VULNERABILITIES.slice(0, 1) })).findings?.open,
  )
  const twice = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components/><components/></bom>'
  assert.match(refusalOf(twice), /expected components once in bom/)
  assert.match(refusalOf('<bom xmlns="urn:other"/>'), /bom element of CycloneDX/)
})

test('SPDX is read in its three forms', () => {
  const packages = [
    { name: 'a', versionInfo: '1', licenseConcluded: 'NOASSERTION', licenseDeclared: 'MIT' },
    { name: 'b', licenseDeclared: 'NONE' },
  ]
  const json = aReport({ spdxVersion: 'SPDX-2.3', packages })
  const tags = aReport(
    '# made by hand\nSPDXVersion: SPDX-2.3\nPackageName: a\nPackageVersion: 1\nPackageLicenseDeclared: MIT\nPackageComment: <text>\nPackageName: fake\n</text>\nPackageName: b\nPackageLicenseConcluded: NOASSERTION\n',
  )
  assert.deepEqual(json.components, { total: 2, withoutLicense: 1, withoutVersion: 1 })
  assert.deepEqual(tags.components, json.components)
  const graph = aReport({
    '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld',
    '@graph': [
      { type: 'CreationInfo', specVersion: '3.0.1' },
      { type: 'software_Package', software_packageVersion: '1' },
      { type: 'software_File' },
    ],
  })
  assert.equal(read('components.total', [graph]), 1)
  assert.equal(read('components.withoutLicense', [graph]), '?licences of SPDX 3 are not read')
  assert.match(refusalOf('SPDXVersion: SPDX-2.3\nPackageComment: <text>never closed'), /was cut/)
  assert.match(refusalOf({ spdxVersion: 'SPDX-9', packages }), /expected SPDX 2/)
})

test('a VEX statement clears a finding only when vulnerability, product, reason and date are clear', () => {
  const bom = aReport(aBom({ vulnerabilities: VULNERABILITIES.slice(0, 1) }))
  const rows: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
    ['as it stands', {}, 0],
    ['a package URL without a version', { products: [{ '@id': 'pkg:npm/a' }] }, 0],
    ['an identifier', { products: [{ '@id': 'x', identifiers: { purl: 'pkg:npm/a@1' } }] }, 0],
    ['fixed', { status: 'fixed', justification: undefined }, 0],
    ['an alias', { vulnerability: { name: 'GHSA-x', aliases: ['cve-1'] } }, 0],
    ['another version', { products: [{ '@id': 'pkg:npm/a@2' }] }, 1],
    ['another product', { products: [{ '@id': 'pkg:npm/b@1' }] }, 1],
    ['a qualifier that was not found', { products: [{ '@id': 'pkg:npm/a@1?arch=arm' }] }, 1],
    ['no product', { products: [] }, 1],
    ['another vulnerability', { vulnerability: { name: 'CVE-11' } }, 1],
    ['no reason', { justification: undefined }, 1],
    ['under investigation', { status: 'under_investigation' }, 1],
    [
      'a part of the product',
      { products: [{ '@id': 'pkg:npm/a@1', subcomponents: [{ '@id': 'pkg:npm/z' }] }] },
      1,
    ],
  ]
  for (const [name, statement, expected] of rows)
    assert.equal(read('findings.affected', [bom, aReport(aVex(statement))]), expected, name)
  const undated = aReport({ ...aVex(), timestamp: undefined })
  assert.equal(read('findings.affected', [bom, undated]), 1)
})

test('a finding in two products stays until both are cleared', () => {
  const both = { ...VULNERABILITIES[0], affects: [{ ref: 'a' }, { ref: 'b' }] }
  const bom = aReport(aBom({ vulnerabilities: [both] }))
  const one = aReport(aVex())
  assert.equal(read('findings.affected', [bom, one]), 1)
  const other = aReport(aVex({ products: [{ '@id': 'pkg:npm/@scope/b@2' }] }))
  assert.equal(read('findings.affected', [bom, one, other]), 0)
})

test('the newest statement about a product counts, and of two at once the worse', () => {
  const bom = aReport(aBom({ vulnerabilities: VULNERABILITIES.slice(0, 1) }))
  const cleared = aReport(aVex())
  const later = (status: string, timestamp: string): ReturnType<typeof aReport> =>
    aReport(aVex({ status, timestamp }))
  assert.equal(
    read('findings.affected', [bom, cleared, later('affected', '2026-02-01T00:00:00Z')]),
    1,
  )
  assert.equal(
    read('findings.affected', [bom, cleared, later('affected', '2025-02-01T00:00:00Z')]),
    0,
  )
  assert.equal(
    read('findings.affected', [bom, cleared, later('affected', '2026-01-01T01:00:00+01:00')]),
    1,
  )
  const values = ['total', 'affected', 'notAffected', 'fixed', 'underInvestigation'].map((each) =>
    read(`vex.${each}`, [cleared, later('affected', '2026-02-01T00:00:00Z')]),
  )
  assert.deepEqual(values, [2, 1, 1, 0, 0])
  assert.match(refusalOf(aVex({ status: 'probably fine' })), /expected a status of affected/)
  assert.match(refusalOf({ ...aVex(), timestamp: 'yesterday' }), /expected an instant/)
})

test('a finding of a scan that names no product is cleared only for the product that the plan names', () => {
  const scan = aReport(aSarif([{ ruleId: 'CVE-1' }]))
  const vex = aReport(aVex())
  assert.equal(read('findings.affected', [scan, vex]), 1)
  assert.equal(read('findings.affected', [scan, vex], 'pkg:npm/a@1'), 0)
  assert.equal(read('findings.affected', [scan, vex], 'pkg:npm/a@2'), 1)
  const inImage = aReport(
    aVex({
      products: [{ '@id': 'pkg:oci/app@sha256:1', subcomponents: [{ '@id': 'pkg:npm/a@1' }] }],
    }),
  )
  const named = aReport(aSarif([{ ruleId: 'CVE-1', properties: { purls: ['pkg:npm/a@1'] } }]))
  assert.equal(read('findings.affected', [named, inImage], 'pkg:oci/app@sha256:1'), 0)
  assert.equal(read('findings.affected', [named, inImage]), 1)
  assert.equal(read('findings.affected', [scan, inImage], 'pkg:oci/app@sha256:1'), 1)
})

test('more statements about one vulnerability than are compared give no answer', () => {
  const products = Array.from({ length: STATEMENT_LIMIT + 1 }, (_, index) => ({
    '@id': `pkg:npm/x${index}`,
  }))
  const bom = aReport(aBom({ vulnerabilities: VULNERABILITIES.slice(0, 1) }))
  assert.match(
    String(read('findings.affected', [bom, aReport(aVex({ products }))])),
    /^!\?expected at most 500 products/,
  )
})
