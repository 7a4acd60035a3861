// Each lint rule: what it finds, what it leaves alone, and where it says so.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { HOSTILE_TEXTS } from '../../test/shell-attacks.ts'
import { aBlock } from '../../test/shell-texts.ts'
import { lintBlock } from './lint.ts'
import { LINT_RULES } from './rules.ts'
import type { LintRuleId } from './rules.ts'

/** Level the rule gives the text, or `-` for silence. */
type Expected = 'error' | 'warning' | 'note' | '-'

const CASES: Readonly<Record<LintRuleId, readonly (readonly [string, Expected])[]>> = {
  'no-fail-curl': [
    ['curl https://a.example', 'error'],
    ['curl -sS https://a.example', 'error'],
    ['curl -o/dev/null https://a.example/f', 'error'],
    ['curl -fsS https://a.example', '-'],
    ['curl -sSLf https://a.example', '-'],
    ['curl --fail-with-body https://a.example', '-'],
    ['curl -s https://a.example | jq -e .ok', 'warning'],
    ['curl -s https://a.example | jq .ok', 'error'],
    ['test "$(curl -s -w "%{http_code}" https://a.example)" = 200', '-'],
    ['sudo curl https://a.example', 'error'],
  ],
  'psql-no-stop': [
    ['psql -f up.sql', 'error'],
    ['psql < up.sql', 'error'],
    ['psql -c "select 1" -c "select 2"', 'error'],
    ['psql -v ON_ERROR_STOP=1 -f up.sql', '-'],
    ['psql -c "update t set a = 1"', '-'],
    ["psql <<'E'\n\\set ON_ERROR_STOP on\nselect 1;\nE", '-'],
  ],
  'last-command-only': [
    ['npm run build\nnpm test', 'warning'],
    ['set -euo pipefail\nnpm run build\nnpm test', '-'],
    ['! grep -q ERROR log\nnpm test', 'error'],
    ['set -e\n[ -f a ] && [ -f b ]\nnpm test', 'error'],
    ['set -e\nnpm run lint || true\nnpm test', 'error'],
    ['set -e\nrm -rf tmp || true\nnpm test', '-'],
    ['code=0\ngrep x f || code=$?\ntest "$code" -eq 1', '-'],
    ['grep x f || code=$?\nnpm test', 'error'],
    ['set -e\n./prepare.sh || true\nnpm test', 'warning'],
    ['echo start\nnpm test', '-'],
  ],
  'negated-exit': [
    ['! grep -rn FIXME scr/', 'error'],
    ['! diff expected.txt actual.txt', 'error'],
    ['! cmp a b', 'error'],
    ['! test -s errors.log', 'error'],
    ['! [ "$COUNT" -eq 0 ]', 'error'],
    ['! [ $A = b ]', 'error'],
    ['! curl -fsS https://a.example/admin', 'error'],
    ['! git ls-files | grep -q .env', 'error'],
    ["! find d -name '*.tmp' | grep -q .", 'error'],
    ['! (grep x f)', 'error'],
    ['npm test && ! grep x f', 'error'],
    ['until ! grep -q starting app.log; do sleep 1; done', 'error'],
    ['if grep -rn FIXME src/; then exit 1; fi', 'error'],
    ['if grep -q x f; then exit 1; else test -f y; fi', 'error'],
    ['if ! grep -q x f; then npm test; fi', 'error'],
    ['! test -f .maintenance', 'warning'],
    ['code=0\ngrep -rn FIXME src/ || code=$?\ntest "$code" -eq 1', '-'],
    ['code=0; grep -rn FIXME src/ || code=$?; test "$code" -eq 1', '-'],
    ['if ! grep -q x f; then exit 1; fi', '-'],
    ['while ! curl -fsS https://a.example; do sleep 1; done', '-'],
    ['! [ "$A" = "$B" ]', '-'],
    ['! [[ $VERSION == *-SNAPSHOT ]]', '-'],
    ['! command -v telnet', '-'],
    ['! echo "$VERSION" | grep -q SNAPSHOT', '-'],
    ['! grep -q x <<< "$ANSWER"', '-'],
  ],
  'always-true-tail': [
    ["find d -name '*.dump' -mtime -1 | grep -q .", '-'],
    ['find d -type f | sort | head -n 1 | grep -q .', '-'],
    ['ls dist/*.whl | grep -q .', '-'],
    ['git diff --name-only | grep -q .', '-'],
    ['git log v1..v2 | grep -q .', '-'],
    ["jq -r '.a[] | select(.ok)' f | grep -q .", '-'],
    ['psql -XtAc "select 1 from t where ok" | grep -q .', '-'],
    ['find d | grep -q .', 'error'],
    ["find d -name '*' | grep -q .", 'error'],
    ["find d ! -name '*.x' | grep -q .", 'error'],
    ["find d -name '*.x' | sort f | grep -q .", 'error'],
    ['ls -la dist | grep -q .', 'error'],
    ['git status | grep -q .', 'error'],
    ["jq -r '.a' f | grep -q .", 'error'],
    ["jq '[.a[] | select(.ok)]' f | grep -q .", 'error'],
    ['psql -XtAc "select count(*) from t where ok" | grep -q .', 'error'],
    ['cat report.txt | grep -q .', 'error'],
    ['npm test\necho done', 'error'],
    ['export A=1', 'error'],
    ['ls -la dist', 'error'],
    ['npm test || echo failed', 'error'],
    ['npm test &', 'error'],
    ['[ 1 = 1 ]', 'error'],
    ['npm test && echo ok', '-'],
    ['set -e\nnpm test\necho done', '-'],
    ['npm test || { echo failed; exit 1; }', '-'],
    ['while ! curl -fsS https://a.example; do sleep 1; done', '-'],
  ],
  'query-without-assertion': [
    ['gh run list', 'error'],
    ['kubectl -n staging get pods', 'error'],
    ['curl -fsS "$PROM/api/v1/query?query=up"', 'error'],
    ['cat report.txt', 'error'],
    ['kubectl get pods | grep -q Running', '-'],
    ['kubectl get pods\nkubectl rollout status deploy/a', '-'],
  ],
  'select-without-test': [
    ['psql -c "SELECT check_chain()"', 'error'],
    ['psql -c "SELECT count(*) FROM t"\nnpm test', 'note'],
    ["cat a | jq '.x[] | select(.ok)'", 'error'],
    ["cat a | jq -e '.x[] | select(.ok)'", '-'],
    ['[ "$(psql -XtAc "SELECT check_chain()")" = t ]', '-'],
    ['psql -tAc "SELECT ok()" | grep -qx t', '-'],
  ],
  'wildcard-identity': [
    ['cosign verify --certificate-identity-regexp ".*" "$I"', 'error'],
    ['cosign verify --certificate-identity-regexp=\'^.+$\' "$I"', 'error'],
    ['cosign verify --certificate-identity-regexp \'^https://good.example/x|.*\' "$I"', 'error'],
    ['cosign verify --certificate-oidc-issuer-regexp \'[\\s\\S]*\' "$I"', 'error'],
    ['cosign verify --certificate-identity-regexp \'https://github.com/o/\' "$I"', 'warning'],
    ['cosign verify --certificate-identity-regexp \'^https://github.com/o/r/\' "$I"', '-'],
    ['cosign verify --certificate-identity a@b.example "$I"', '-'],
  ],
  'self-asserted-manifest': [
    ['cat > m.yaml <<E\nslsa_verified: true\nE', 'error'],
    ['cat > m.json <<E\n{\n  "tests_passed": "yes",\nE', 'error'],
    ['echo "scan_passed: true" >> m.yaml', 'error'],
    ['cat > m.yaml <<E\nslsa_verified: $OK\nE', '-'],
    ['cat > m.yaml <<E\nreplicas: 3\nE', '-'],
    ['echo "verified: true"', '-'],
  ],
  'quoted-heredoc-with-vars': [
    ["cat > m.yaml <<'E'\ndate: $(date)\nE", 'error'],
    ['tee m.json <<\'E\'\n{ "digest": "$DIGEST" }\nE', 'error'],
    ["cat > manifest <<'E'\n$DIGEST\nE", 'warning'],
    ["cat > run.sh <<'E'\necho $HOME\nE", '-'],
    ["bash <<'E'\necho $HOME\nE", '-'],
    ['cat > m.yaml <<E\ndate: $(date)\nE', '-'],
    ["cat > m.yaml <<'E'\nprice: 5$\nE", '-'],
  ],
  'async-without-wait': [
    ['gh workflow run a.yml\ngh run list', 'error'],
    ['gh workflow run a.yml\ngh run watch --exit-status', '-'],
    ['kubectl apply -f x', 'error'],
    ['kubectl -n a apply -f x\nkubectl -n a rollout status deploy/a', '-'],
    ['helm upgrade a .', 'error'],
    ['helm upgrade a . --wait', '-'],
    ['docker compose up -d', 'error'],
    ['kubectl apply --dry-run=server -f x', '-'],
  ],
  'comment-only-step': [
    ['npm test\n# Monitor for 60 minutes', 'error'],
    ['npm test\n# Restart the service\n\nnpm run check', 'error'],
    ['npm test # Verify it', '-'],
    ['# Verify it\nnpm test', '-'],
    ['# Verify it\n\nnpm test', 'warning'],
    ['curl -fsS https://a.example\n# Expected: healthy', 'error'],
    ['# see the handbook\nnpm test', '-'],
    ["echo '\n# Monitor\n'\nnpm test", '-'],
  ],
  'prod-mutation-in-check': [
    ['kubectl -n production patch deploy a -p {}', 'error'],
    ['kubectl patch deploy a -p {}', 'warning'],
    ['kubectl -n staging patch deploy a -p {}', '-'],
    ['psql "$PROD_DB_URL" -f up.sql', 'error'],
    ['rm -rf build', '-'],
    ['kubectl -n production get pods', '-'],
  ],
  'unpinned-image': [
    ['docker run --rm alpine true', 'warning'],
    ['docker pull registry.example:5000/a/b:latest', 'warning'],
    ['trivy image a/b:1.2.3', 'note'],
    [`docker run a/b@sha256:${'0'.repeat(64)}`, '-'],
    ['docker run "$IMAGE"', '-'],
    ['docker ps', '-'],
  ],
  'secret-in-text': [
    ['export AWS_ACCESS_KEY_ID=AKIA' + 'QWERTYUIOPASDFGH', 'error'],
    ['curl -H "Authorization: Bearer ' + 'q8w7e6r5t4y3u2i1o0p9" https://a.example', 'error'],
    ['psql postgres://app:' + 'hunter2hunter@db.example/x', 'error'],
    ['DB_PASSWORD=' + 'correct-horse-battery', 'error'],
    ['curl -H "Authorization: Bearer $TOKEN" https://a.example', '-'],
    ['psql postgres://app:$PASSWORD@db.example/x', '-'],
    ['API_KEY=<your key>', '-'],
    ['PASSWORD=changeme', '-'],
  ],
  'sleep-as-soak': [
    ['sleep 7200', 'error'],
    ['sleep 2h', 'error'],
    ['sleep 30', 'warning'],
    ['sleep 1', '-'],
    ['until test -f a; do sleep 30; done', '-'],
  ],
  'unreadable-shell': [
    ['case a in b) ;; esac', 'warning'],
    ['npm test', '-'],
  ],
}

test('every rule finds what it is for and is silent elsewhere', () => {
  assert.deepEqual(
    Object.keys(CASES),
    LINT_RULES.map(({ id }) => id),
  )
  for (const [rule, cases] of Object.entries(CASES)) {
    assert.ok(
      cases.some(([, level]) => level === '-') && cases.some(([, level]) => level !== '-'),
      rule,
    )
    for (const [source, expected] of cases) {
      const found = lintBlock(aBlock(source)).find((finding) => finding.rule === rule)
      assert.deepEqual([rule, source, found?.level ?? '-'], [rule, source, expected])
    }
  }
})

test('a finding stands at the line and column of the document, list indentation included', () => {
  const lines = [
    { line: 40, column: 5 },
    { line: 41, column: 5 },
    { line: 42, column: 5 },
  ]
  const block = aBlock('npm test\n\ncurl -sS x | cat && curl y', { line: 40, column: 5, lines })
  const places = lintBlock(block)
    .filter(({ rule }) => rule === 'no-fail-curl')
    .map(({ line, column }) => [line, column])
  assert.deepEqual(places, [
    [42, 5],
    [42, 25],
  ])
})

test('an sql block without an assertion of its own is an error, a change is not a selection', () => {
  const rules = (source: string): readonly string[] =>
    lintBlock(aBlock(source, { language: 'sql' })).map(({ rule }) => rule)
  assert.deepEqual(rules('-- count\nSELECT count(*) FROM t;'), ['select-without-test'])
  assert.deepEqual(rules('UPDATE t SET a = 1;'), [])
})

test('console blocks are read without prompts and output', () => {
  const block = aBlock('$ npm run build\nrm: this is output\n$ curl \\\n>   https://a.example', {
    language: 'console',
  })
  const found = lintBlock(block).filter(({ level }) => level === 'error')
  assert.deepEqual(
    found.map(({ rule, line, column }) => [rule, line, column]),
    [['no-fail-curl', 3, 3]],
  )
})

test('samples and other languages are searched for secrets only', () => {
  const secret = 'token ghp_' + 'a1B2c3D4e5F6g7H8i9J0k1L2'
  assert.deepEqual(
    lintBlock(aBlock(`curl x\n${secret}`, { kind: 'sample' })).map(({ rule }) => rule),
    ['secret-in-text'],
  )
  assert.deepEqual(lintBlock(aBlock('sleep 9999', { kind: 'sample' })), [])
  assert.deepEqual(lintBlock(aBlock('sleep 9999', { language: 'powershell' })), [])
})

test('any text is linted without a throw and quickly', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(...HOSTILE_TEXTS),
          fc.string({ unit: 'binary-ascii', maxLength: 20 }),
        ),
        { maxLength: 5 },
      ),
      (lines) => {
        for (const finding of lintBlock(aBlock(lines.join('\n'))))
          assert.ok(finding.line >= 1 && finding.column >= 1)
      },
    ),
    { numRuns: 200 },
  )
  const before = process.threadCpuUsage()
  for (const text of [
    'a:'.repeat(30_000),
    '"'.repeat(60_000),
    'password='.repeat(7000),
    'eyJ'.repeat(20_000),
    '- '.repeat(30_000),
    'gh '.repeat(20_000),
    `cat > a.yaml <<E\n${'verified'.repeat(5000)}\nE`,
  ]) {
    lintBlock(aBlock(text))
  }
  const tookMs = process.threadCpuUsage(before).user / 1_000
  // Usually 1 s of processor time for all of them.
  assert.ok(tookMs < 10_000, `took ${tookMs} ms`)
})
