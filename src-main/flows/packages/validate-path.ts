/**
 * The ladder of checks over a package or a source folder, without a node, in a lab process of its own. What the package
 * gets wrong is a failed check of the report; an exception is a fault of the machine, or a path that is not there.
 */
import { resolve } from 'node:path'
import type { StartChild } from '../../base/child.ts'
import { OutpostError } from '../../base/errors.ts'
import type { ValidationReport } from '../../contract/validation.ts'
import { withTemporaryFolder } from '../../store/temporary-folder.ts'
import { isDirectory } from './describe-path.ts'
import { examine } from './examine.ts'

export interface ValidateWatch {
  signal: AbortSignal
  onProgress(fraction: number | null, step: string | undefined): void
}

export async function validatePath(
  startChild: StartChild,
  path: string,
  skipRun: boolean,
  watch: ValidateWatch,
): Promise<ValidationReport> {
  const folder = await isDirectory(path)
  if (!folder && path.endsWith('.onnx')) {
    throw new OutpostError('BAD_REQUEST', 'A bare ONNX file has no description to be checked against.', {
      hint: `Pack it first: outpost pack ${path} -o model.outpost`,
    })
  }
  return await withTemporaryFolder(async (scratch) => {
    const options = folder ? { skipRun } : { skipRun, packageFile: resolve(path) }
    const report = (fraction: number | null, step?: string): void => watch.onProgress(fraction, step)
    const examined = await examine(
      { startChild },
      folder ? resolve(path) : scratch,
      options,
      { signal: watch.signal, report },
      { from: 0, to: 1 },
    )
    return examined.report
  })
}
