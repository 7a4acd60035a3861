// The folder of a run is given away with what lies in it, and with nothing that a command of it only points at.
import assert from 'node:assert/strict'
import { link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import test from 'node:test'
import { giveFolder, makeRunFolder, ownPathsIn } from './run-folder.ts'

test('what a command has linked to is not given away with the folder', async (t) => {
  const place = await mkdtemp(join(tmpdir(), 'seaworthy-folder-'))
  t.after(() => rm(place, { recursive: true, force: true }))
  const [folder, files, outside] = ['run', 'files', 'outside'].map((name) => join(place, name))
  assert.ok(folder !== undefined && files !== undefined && outside !== undefined)
  await mkdir(join(files, 'deep'), { recursive: true })
  await mkdir(outside)
  await writeFile(join(files, 'deep', 'own.txt'), 'own')
  await writeFile(join(outside, 'shadow'), 'secret')
  await makeRunFolder(folder, files)
  await symlink(outside, join(folder, 'way-out'))
  // Taken up again after it was cut off.
  await makeRunFolder(folder, files)
  const paths = (await ownPathsIn(folder)).map((path) => relative(folder, path))
  assert.deepEqual(paths.toSorted(), ['', 'deep', join('deep', 'own.txt'), 'way-out'])
  assert.equal(await readFile(join(folder, 'deep', 'own.txt'), 'utf8'), 'own')
})

test(
  'as root, files of others keep their owner under whatever name the folder holds them',
  { skip: process.getuid?.() === 0 ? false : 'only root gives files away' },
  async (t) => {
    const place = await mkdtemp(join(tmpdir(), 'seaworthy-folder-'))
    t.after(() => rm(place, { recursive: true, force: true }))
    const [folder, outside] = [join(place, 'run'), join(place, 'outside')]
    await mkdir(outside)
    for (const name of ['followed', 'linked']) await writeFile(join(outside, name), 'secret')
    await makeRunFolder(folder, undefined)
    await writeFile(join(folder, 'own.txt'), 'own')
    await giveFolder(folder, { uid: 61_184, gid: 61_184 })
    await symlink(outside, join(folder, 'way-out'))
    await link(join(outside, 'linked'), join(folder, 'other-name'))
    await giveFolder(folder, { uid: 61_185, gid: 61_185 })
    const ownerOf = async (path: string): Promise<number> => (await stat(path)).uid
    assert.equal(await ownerOf(join(folder, 'own.txt')), 61_185)
    assert.equal(await ownerOf(folder), 61_185)
    assert.equal(await ownerOf(join(outside, 'followed')), 0)
    assert.equal(await ownerOf(join(outside, 'linked')), 0)
  },
)
