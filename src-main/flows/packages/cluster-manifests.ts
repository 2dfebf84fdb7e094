/** The YAML that runs a version's image on Kubernetes, with or without KServe. */
import { stringify } from 'yaml'
import { writeFileAtomically } from '../../base/files.ts'
import {
  type ClusterOptions,
  inferenceService,
  plainManifests,
  servingRuntime,
} from '../../package/image/kubernetes.ts'

/** What the node needs beside the model. */
const nodeBytes = 512 * 2 ** 20
/** A model that was never loaded here takes about so many times its file. */
const loadedTimesFile = 3

export const memoryWanted = (fileBytes: number, loadedBytes: number | null | undefined): number =>
  nodeBytes + (loadedBytes ?? fileBytes * loadedTimesFile)

/** Returns the documents that were written. */
export async function writeClusterManifests(
  output: string,
  options: ClusterOptions,
  parts: { plain: boolean; runtimeOnly: boolean; clusterRuntime: boolean },
): Promise<object[]> {
  const runtime = servingRuntime(options, parts.clusterRuntime)
  const documents = parts.plain
    ? plainManifests(options)
    : [runtime, ...(parts.runtimeOnly ? [] : [inferenceService(options)])]
  await writeFileAtomically(output, documents.map((document) => stringify(document)).join('---\n'))
  return documents
}
