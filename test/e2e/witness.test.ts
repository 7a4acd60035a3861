// Witnesses as processes of their own: a checkpoint needs enough of them, and a log that shows another past gets none.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'
import type { CommandChild } from './command-line.ts'

const place = openWorkplace()
const running: CommandChild[] = []
after(async () => {
  for (const { child } of running) child.kill('SIGINT')
  await Promise.all(running.map(({ ended }) => ended))
  place.remove()
})

interface Served {
  readonly url: string
  /** Ed25519, then ML-DSA-44. */
  readonly keys: readonly string[]
}

async function startWitness(name: string, logKey: string, at = place): Promise<Served> {
  const words = ['ledger', 'witness', '--folder', join(at.folder, name), '--port', '0']
  const started = at.start([...words, '--name', `witness.example/${name}`, '--log', logKey])
  running.push(started)
  return new Promise((resolve, reject) => {
    let said = ''
    started.child.stderr!.on('data', (piece) => {
      said += String(piece)
      const [, url = ''] = /Witnessing on (\S+)/.exec(said) ?? []
      const keys = [...said.matchAll(/key: (\S+)\n/g)].map(([, key]) => key!)
      if (keys.length === 2) resolve({ url, keys })
    })
    started.ended.then(() => reject(new Error(`the witness ended: ${said}`)), reject)
  })
}

interface Checkpointed {
  readonly note: string
  readonly size: number
  readonly witnesses: readonly { readonly name: string }[]
  readonly refusals: Readonly<Record<string, string>>
}

test('two of three witnesses make a checkpoint that proves an entry, and a rewritten log gets no cosignature', async () => {
  await place.ask(['ledger', 'append', 'one'])
  const { data: first } = await place.ask<{ noteKey: string }>(['ledger', 'checkpoint'])
  const one = await startWitness('one', first.noteKey)
  const two = await startWitness('two', first.noteKey)
  const policy = place.write(
    'policy.txt',
    `log ${first.noteKey}
witness one ${one.keys[0]} ${one.url}
witness two ${two.keys[1]} ${two.url}
witness gone ${two.keys[0]} http://127.0.0.1:9
group both 2 one two gone
quorum both
`,
  )
  const words = ['ledger', 'checkpoint', '--policy', policy]
  const signed = await place.ask<Checkpointed>(words)
  assert.deepEqual(
    [signed.exit, signed.data.witnesses.map(({ name }) => name)],
    [0, ['one', 'two']],
  )
  assert.deepEqual(Object.keys(signed.data.refusals), ['gone'])

  const copy = join(place.folder, 'copy')
  cpSync(place.dataFolder, copy, { recursive: true })
  await place.ask(['ledger', 'append', 'two'])
  const proof = join(place.folder, 'entry.tlog-proof')
  const proven = ['ledger', 'prove', '1', '--policy', policy, '--out', proof]
  assert.equal((await place.ask(proven)).exit, 0)
  const shown = await place.ask<{ verdict: string; proven: readonly string[] }>([
    'verify',
    proof,
    '--trust',
    policy,
  ])
  assert.deepEqual([shown.exit, shown.data.verdict, shown.data.proven.length], [0, 'INTACT', 3])
  const bare = place.write('bare.tlog-proof', withoutCosignatures(readFileSync(proof, 'utf8')))
  assert.equal((await place.ask(['verify', bare, '--trust', policy])).exit, 40)
  assert.equal((await place.ask(['verify', bare, '--trust', first.noteKey])).exit, 0)

  // An old copy is put back, its guard with it, and goes on differently: nothing on this machine could tell.
  rmSync(place.dataFolder, { recursive: true })
  cpSync(copy, place.dataFolder, { recursive: true })
  await place.ask(['ledger', 'append', 'another two'])
  const forked = await place.refusal(words)
  assert.deepEqual([forked.exit, forked.code], [9, 'LEDGER_QUORUM_MISSED'])
})

test('a release is sealed with the quorum of the witnesses that the operator named, or not at all, and verify says whose', async (t) => {
  const yard = openWorkplace()
  t.after(() => yard.remove())
  const checklist = yard.write(
    'checklist.md',
    '---\nservice: sloop\nversion: 1.0.0\n---\n# sloop 1.0.0\n\n- [ ] **It floats**\n  ```bash\n  true\n  ```\n',
  )
  const asked = await yard.ask<{ confirm: { token: string } | null }>(['run', checklist])
  if (asked.data.confirm !== null) await yard.ask(['confirm', asked.data.confirm.token])
  const decided = await yard.ask(['decide', 'sloop@1.0.0'])
  assert.ok(decided.envelope.ok, decided.stdout + asked.stdout)
  const { data } = await yard.ask<{ noteKey: string }>(['ledger', 'checkpoint'])
  const one = await startWitness('one', data.noteKey, yard)
  const two = await startWitness('two', data.noteKey, yard)
  const named = `witness one ${one.keys[0]} ${one.url}\nwitness two ${two.keys[1]} ${two.url}\n`
  const policy = yard.write('witnesses.txt', `${named}group both all one two\nquorum both\n`)
  const other = yard.write('other.txt', `witness two ${two.keys[0]}\nquorum two\n`)
  const server = openWorkplace(yard.dataFolder, { SEAWORTHY_WITNESS_POLICY: policy })
  t.after(() => server.remove())
  const sealed = await server.ask<{ paths: { bundle: string; trust: string } }>([
    'bundle',
    'sloop@1.0.0',
  ])
  assert.equal(sealed.exit, 0, sealed.stdout)
  const { bundle, trust } = sealed.data.paths
  const words = ['verify', bundle, '--trust', trust]
  interface Shown {
    readonly verdict: string
    readonly proven: readonly string[]
    readonly notProven: readonly string[]
  }
  const shown = await yard.ask<Shown>([...words, '--witnesses', policy])
  assert.equal(shown.data.verdict, 'INTACT', shown.stdout)
  assert.match(
    shown.data.proven.join('\n'),
    /^The checkpoint was cosigned by "one" at \S+Z, "two" at \S+Z: the quorum "both" of the witnesses that you named\.$/m,
  )
  assert.doesNotMatch(shown.data.notProven.join(), /only a witness that saw both/)
  const unasked = await yard.ask<Shown>(words)
  assert.equal(unasked.data.verdict, 'INTACT')
  assert.match(unasked.data.notProven.join('\n'), /further signatures.*"witness.example\/one"/)
  assert.equal((await yard.ask([...words, '--witnesses', other])).exit, 40)
  // One of them is gone: nothing is sealed then.
  const doomed = running.at(-1)!
  doomed.child.kill('SIGINT')
  await doomed.ended
  const refused = await server.refusal(['bundle', 'sloop@1.0.0'])
  assert.equal(refused.code, 'LEDGER_QUORUM_MISSED')
})

/** Keeps the log's own signature, which is the first. */
function withoutCosignatures(text: string): string {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => line.startsWith('— '))
  return `${lines.slice(0, at + 1).join('\n')}\n`
}
