// The proof that a block only reads: plain reads are proven, nothing else is.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { HOSTILE_TEXTS } from '../../test/shell-attacks.ts'
import { aBlock, PLAIN_READS } from '../../test/shell-texts.ts'
import { classifyBlock } from './effect.ts'

test('plain reads are proven and need no confirmation', () => {
  assert.ok(PLAIN_READS.length >= 30)
  for (const source of PLAIN_READS) {
    const found = classifyBlock(aBlock(source))
    assert.deepEqual([source, found.provenRead, found.effect], [source, true, 'read'], found.reason)
  }
})

test('no text that writes, runs, leaks or hangs is proven to read, whatever it looks like', () => {
  assert.ok(HOSTILE_TEXTS.length >= 60)
  for (const source of HOSTILE_TEXTS) {
    const found = classifyBlock(aBlock(source))
    assert.deepEqual([source, found.provenRead], [source, false])
    assert.notEqual(found.effect, 'read', source)
    assert.deepEqual(found.guardedParameters, [], source)
  }
})

test('a hostile line stays unproven among plain reads, in a subshell, a substitution and a branch', () => {
  for (const source of HOSTILE_TEXTS) {
    if (source === '' || source.startsWith('#')) continue
    const frames = [
      `true\n${source}\ntrue`,
      `(${source}\n)`,
      `echo "$(${source}\n)"`,
      `if true; then\n${source}\nfi`,
      `true && ${source}`,
    ]
    for (const framed of frames)
      assert.equal(classifyBlock(aBlock(framed)).provenRead, false, framed)
  }
})

test('adding a comment or a blank line never makes an unproven block proven', () => {
  const addition = fc.constantFrom('', '   ', '# a comment', '  # $(rm x) `rm x` "', "# it's")
  fc.assert(
    fc.property(fc.constantFrom(...HOSTILE_TEXTS), addition, fc.nat(), (source, line, seed) => {
      const lines = source.split('\n')
      const at = seed % (lines.length + 1)
      // After a joined line the addition would be part of the command.
      fc.pre(at === 0 || !lines[at - 1]!.endsWith('\\'))
      lines.splice(at, 0, line)
      return !classifyBlock(aBlock(lines.join('\n'))).provenRead
    }),
    { numRuns: 500 },
  )
})

test('adding a comment or a blank line between commands leaves a read proven', () => {
  for (const source of PLAIN_READS) {
    const found = classifyBlock(aBlock(`# looks only\n\n${source}\n\n# done\n`))
    assert.equal(found.provenRead, true, source)
  }
})

test('any text is classified without a throw and without a promise it cannot keep', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 40 }), (source) => {
      const found = classifyBlock(aBlock(source))
      return found.provenRead === (found.effect === 'read')
    }),
    { numRuns: 300 },
  )
})

test('a negated read that can break is no check, its exit code kept and compared is one', () => {
  const negated = classifyBlock(aBlock('! grep -rn FIXME scr/'))
  assert.deepEqual([negated.provenRead, negated.selfChecking], [true, false])
  assert.match(negated.reason, /negated-exit/)
  const kept = classifyBlock(aBlock('code=0\ngrep -rn FIXME src/ || code=$?\ntest "$code" -eq 1'))
  assert.deepEqual([kept.provenRead, kept.selfChecking], [true, true])
})

test('a parameter that opens a word guards the proof', () => {
  assert.deepEqual(classifyBlock(aBlock('curl -fsS "$BASE_URL/health/$SHA"')).guardedParameters, [
    'BASE_URL',
  ])
  assert.deepEqual(classifyBlock(aBlock('cat -- "$REPORT"')).guardedParameters, [])
  assert.deepEqual(classifyBlock(aBlock('cat "$DIR$REPORT"')).guardedParameters, ['DIR', 'REPORT'])
})

test('parameters are the names used and not set by the block or the shell', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['curl -fsS "$A/${B}"', ['A', 'B']],
    ["echo '$A' \\$B", []],
    ['A=1\necho "$A $HOME $RANDOM $?"', []],
    ['export A=1\nfor f in $B; do echo "$f"; done', ['B']],
    ['echo "${A:-default} ${B:?missing}"', ['B']],
    ['cat <<E\n$A\nE', ['A']],
    ["cat <<'E'\n$A\nE", []],
    ['read ANSWER\necho "$ANSWER $(echo "$B")"', ['B']],
    ['case $A in x) ;; esac', ['A']],
  ]
  for (const [source, expected] of cases) {
    assert.deepEqual([source, classifyBlock(aBlock(source)).parameters], [source, [...expected]])
  }
})

test('a recognised change is a write to the environment its words name, production without a word', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['kubectl apply -f x.yaml -n staging', 'write-staging'],
    ['kubectl -n production patch deployment api -p {}', 'write-prod'],
    ['kubectl rollout restart deploy/api', 'write-prod'],
    ['kubectl rollout status deploy/api -n production', 'unknown'],
    ['helm upgrade --install api-staging charts/api', 'write-staging'],
    ['# staging\nterraform apply', 'write-prod'],
    ['psql "$STAGING_DB_URL" -f up.sql', 'write-staging'],
    ['psql "$DB_URL" -c "DELETE FROM t"', 'write-prod'],
    ['psql "$DB_URL" -c "SELECT 1"', 'unknown'],
    ['git push origin main', 'write-prod'],
    ['git tag v1', 'write-prod'],
    ['git tag -l', 'unknown'],
    ['curl -X POST "$STAGING_URL/deploy"', 'write-staging'],
    ['curl --data x=1 "$URL"', 'write-prod'],
    ['gh workflow run deploy.yml', 'write-prod'],
    ['gh run list', 'unknown'],
    ['docker push registry.example/api:1', 'write-prod'],
    ['rm -rf build', 'write-prod'],
    ['echo a >> file', 'write-prod'],
    ['sudo kubectl apply -f x', 'write-prod'],
    ['helm upgrade api . -n staging\nhelm upgrade api . -n production', 'write-prod'],
    ['./deploy.sh production', 'unknown'],
  ]
  for (const [source, effect] of cases) {
    assert.deepEqual([source, classifyBlock(aBlock(source)).effect], [source, effect])
  }
})

test('an exit code is self-checking only where it depends on the claim', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['npm test', true],
    ['npm run test:e2e -- --grep login', true],
    ['npm test -- --passWithNoTests', false],
    ['npm run build', false],
    ['npx vitest run', true],
    ['python -m pytest tests', true],
    ['pytest --collect-only', false],
    ['go test ./...', true],
    ['cargo test --no-run', false],
    ['node --test', true],
    ['node scripts/verify.js', false],
    ['k6 run load.js', false],
    ['sha256sum -c SHA256SUMS', true],
    ['sha256sum -c --ignore-missing SHA256SUMS', false],
    [
      'cosign verify --certificate-identity a@example.org --certificate-oidc-issuer https://issuer.example img@sha256:00',
      true,
    ],
    ['cosign verify --certificate-identity-regexp ".*" img@sha256:00', false],
    ['promtool check rules a.yml', true],
    ['grep -q ready status.txt', true],
    ['grep -q "" status.txt', false],
    ['diff a a', false],
    ['jq -e ".ok == true" r.json', true],
    ['jq -e . r.json', false],
    ['jq -e true r.json', false],
    ['[ 1 = 1 ]', false],
    ['[ -f a ] || exit 1', true],
    ['[ -f a ] || echo missing', false],
    ['[ -f a ] && echo there', true],
    ['npm test || true', false],
    ['npm test\necho done', false],
    ['set -e\nnpm test\necho done', true],
    ['npm test | tee log', false],
    ['set -o pipefail\nnpm test | tee log', true],
    ['npm test &', false],
    ['! grep -q ERROR app.log', false],
    ['! echo "$STATUS" | grep -q ERROR', true],
    ['if ! grep -q ok a; then exit 1; fi', true],
    ['if grep -q ok a; then echo ok; fi', false],
    ['until curl -fsS "$URL"; do sleep 2; done', true],
    ['for i in 1 2 3; do curl -fsS "$URL" && break; sleep 2; done', false],
    ['curl -fsS "$URL/health"', true],
    ['curl -sS "$URL/health"', false],
    ['curl -fsS "$PROM/api/v1/query?query=up"', false],
    ['git merge-base --is-ancestor a b', true],
  ]
  for (const [source, selfChecking] of cases) {
    const found = classifyBlock(aBlock(source))
    assert.deepEqual([source, found.selfChecking], [source, selfChecking], found.reason)
  }
})

test('an sql block is a read when it is one selection by known functions', () => {
  const reads = [
    'SELECT COUNT(*) FROM ledger;',
    "select id from t where name = 'drop; --' -- note\n",
    'WITH a AS (SELECT 1) SELECT max(x) FROM a',
    'show server_version',
  ]
  const others = [
    "SELECT validate_hash_chain('t')",
    'SELECT 1; DROP TABLE t',
    'COMMIT; DROP TABLE t',
    "SELECT dblink_exec('x')",
    "COPY t TO PROGRAM 'rm'",
    'SELECT 1 INTO t',
    "SELECT 'a\\'; DROP TABLE t; --'",
    'SELECT $$a$$',
    'SELECT pg_catalog.pg_terminate_backend(1)',
    'SELECT evil.count(1)',
    'SELECT "count"(1)',
    'DELETE FROM t',
    'WITH x AS (DELETE FROM t RETURNING 1) SELECT 1',
    'EXPLAIN ANALYZE SELECT 1',
    'SELECT 1 FOR UPDATE',
    '/* /* */ SELECT 1 */ DROP TABLE t',
    "SELECT 'open",
    '',
    'SELECT pg_sleep/**/(9)',
    'DO x',
  ]
  for (const source of reads)
    assert.equal(classifyBlock(aBlock(source, { language: 'sql' })).provenRead, true, source)
  for (const source of others)
    assert.equal(classifyBlock(aBlock(source, { language: 'sql' })).provenRead, false, source)
})

test('samples, other shells and unknown languages are never proven, self-checking or given an effect', () => {
  const blocks = [
    aBlock('npm test', { kind: 'sample' }),
    aBlock('true', { language: 'powershell' }),
    aBlock('true', { language: 'python' }),
  ]
  for (const block of blocks) {
    const { effect, provenRead, selfChecking } = classifyBlock(block)
    assert.deepEqual(
      { effect, provenRead, selfChecking },
      { effect: 'unknown', provenRead: false, selfChecking: false },
    )
  }
  assert.equal(classifyBlock(aBlock('$ true', { language: 'console' })).provenRead, false)
  assert.equal(classifyBlock(aBlock('true', { language: 'zsh' })).provenRead, false)
})
