// Reads what the CI workflows of a working copy are called.
import type { CommandFiles } from '../client/index.ts'
import { workflowNameIn } from './workflow-names.ts'

const WORKFLOW = /^\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/
const WORKFLOW_LIMIT_FILES = 200
const WORKFLOW_LIMIT_BYTES = 256 * 1024

/**
 * @param paths files below the folder
 * @returns undefined where the working copy has no workflow, or more than are read: then nothing is called missing
 */
export async function readWorkflowNames(
  files: CommandFiles,
  folder: string,
  paths: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const found = paths.filter((path) => WORKFLOW.test(path))
  if (found.length === 0 || found.length > WORKFLOW_LIMIT_FILES) return undefined
  const names = new Set<string>()
  for (const path of found) {
    const text = await files.readText(files.resolve(folder, path), WORKFLOW_LIMIT_BYTES)
    if (text === undefined) return undefined
    const name = workflowNameIn(text)
    if (name !== undefined) names.add(name)
    // Without a name, or beside it, people say what the file is called.
    names.add(
      path
        .slice(path.lastIndexOf('/') + 1)
        .replace(/\.ya?ml$/, '')
        .toLowerCase(),
    )
  }
  return names
}
