// Looks at a repository and says which gates a release of it should have; opens files, runs nothing.
import { slugOf } from '../kernel/index.ts'
import { surveyDelivery } from './delivery.ts'
import type { RepositoryFiles, Survey } from './model.ts'
import { readJson, surveyPackages } from './packages.ts'
import { merge } from './sightings.ts'

/** @param folderName what the service is called when no manifest names it */
export async function surveyRepository(
  files: RepositoryFiles,
  folderName: string,
): Promise<Survey> {
  const found = merge([await surveyPackages(files), await surveyDelivery(files)])
  return {
    ...found,
    service: await nameService(files, folderName),
    fileCount: files.paths.length,
  }
}

async function nameService(files: RepositoryFiles, folderName: string): Promise<string> {
  const named = (await readJson(files, 'package.json'))?.['name']
  const goModule = /^module\s+(\S+)/m.exec((await readIf(files, 'go.mod')) ?? '')?.[1]
  const inTable = (text: string | undefined): string | undefined =>
    /^name\s*=\s*["']([^"'\n]+)["']/m.exec(text ?? '')?.[1]
  const candidates = [
    typeof named === 'string' ? named.replace(/^@[^/]*\//, '') : undefined,
    goModule?.replace(/\/v\d+$/, '').replace(/^.*\//, ''),
    inTable(await readIf(files, 'Cargo.toml')),
    inTable(await readIf(files, 'pyproject.toml')),
    folderName,
  ]
  for (const candidate of candidates) {
    const slug = slugOf(candidate ?? '')
    if (slug !== '') return slug
  }
  return 'service'
}

async function readIf(files: RepositoryFiles, path: string): Promise<string | undefined> {
  return files.paths.includes(path) ? files.read(path) : undefined
}
