// The folder of a run that was asked for: made, filled, and given to whom its commands run as, without a step out of it.
import { cp, lchown, lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { SpawnUser } from '../../kernel/index.ts'

/** Made for its owner alone, with what is to lie in it; what lies there already stays as it is. */
export async function makeRunFolder(
  folder: string,
  filesFolder: string | undefined,
): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (filesFolder !== undefined)
    await cp(filesFolder, folder, { recursive: true, verbatimSymlinks: true, force: false })
}

/** Gives the folder and what lies in it to the user. */
export async function giveFolder(folder: string, { uid, gid }: SpawnUser): Promise<void> {
  for (const path of await ownPathsIn(folder)) await lchown(path, uid, gid)
}

/**
 * The folder and all in it that may be given away. Commands of an earlier execution have written there, as somebody who may not have
 * what else is on the machine: their links are passed over, symbolic ones and further names of files that are not theirs.
 */
export async function ownPathsIn(folder: string): Promise<readonly string[]> {
  const { uid: owner } = await lstat(folder)
  const paths = [folder]
  const folders = [folder]
  // Not readdir's own recursion, which walks into folders that a link leads to.
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const name of await readdir(at)) {
      const path = join(at, name)
      const facts = await lstat(path)
      if (facts.isDirectory()) folders.push(path)
      const isOthers = !facts.isDirectory() && facts.nlink > 1 && facts.uid !== owner
      if (!isOthers) paths.push(path)
    }
  }
  return paths
}
