/**
 * Where the files of a folder that was chosen or dropped belong in a package. One rule for the browser, where the page
 * reads the folder, and for the desktop, where main does.
 */

/** What stands at the root of a package and says that the folder is one. */
const rootFiles = /^([^/]+\.onnx|outpost\.json|(suite|cases)\.jsonl|[^/]+\.suite\.jsonl)$/i

/** Files that systems and tools leave behind: hidden ones, and what Windows keeps of pictures. */
const isLeftover = (path: string): boolean =>
  path
    .split('/')
    .some((part) => part.startsWith('.') || /^(thumbs\.db|desktop\.ini|__pycache__)$/i.test(part))

/**
 * `inside` are the paths under the folder, divided by slashes. A folder with a model, a description or a suite is the
 * package itself; any other is a folder of it and keeps its name, as pictures of a suite do. Leftovers are null.
 */
export function placesOf(folder: string, inside: readonly string[]): (string | null)[] {
  const isPackage = inside.some((path) => rootFiles.test(path))
  return inside.map((path) => (isLeftover(path) ? null : isPackage ? path : `${folder}/${path}`))
}
