/**
 * The fixed paths of the serving door. Segments are percent-decoded one by one, so an encoded slash stays inside its
 * segment, and what does not decode leads nowhere.
 */
interface EndpointPath<Kind> {
  kind: Kind
  endpoint: string
  version: string | null
}

/** Answered to anyone. */
export type OpenPath = { kind: 'live' } | { kind: 'ready' } | { kind: 'server' }
/** Answered to who has a key, without running a model. */
export type ViewPath =
  | { kind: 'models' }
  | { kind: 'v1-model'; name: string }
  | { kind: 'metrics' }
  | EndpointPath<'v2-model'>
  | EndpointPath<'v2-ready'>
  | EndpointPath<'v2-config'>
  /** Null asks for all that is served. */
  | { kind: 'v2-statistics'; endpoint: string | null; version: string | null }
/** Answered to who has a key, from a body. */
export type RepositoryPath =
  | { kind: 'v2-index' }
  | { kind: 'v2-load'; endpoint: string }
  | { kind: 'v2-unload'; endpoint: string }
/** Runs a model. */
export type RunPath =
  | EndpointPath<'v2-infer'>
  | { kind: 'v1-predict'; model: string; reference: string | null }
  /** As a body names it: an endpoint, or a model with or without a reference. */
  | { kind: 'named'; name: string; reference: string | null }
type DoorPath =
  | OpenPath
  | ViewPath
  | RepositoryPath
  | Exclude<RunPath, { kind: 'named' }>
  | { kind: 'v1-feedback' }
  | { kind: 'v1-embeddings' }

export const isOpenPath = (path: DoorPath): path is OpenPath =>
  path.kind === 'live' || path.kind === 'ready' || path.kind === 'server'

export const isRepositoryPath = (path: DoorPath): path is RepositoryPath =>
  path.kind === 'v2-index' || path.kind === 'v2-load' || path.kind === 'v2-unload'

interface Found {
  path: DoorPath
  method: 'GET' | 'POST'
}

/** Paths that are remembered: consumers ask few, again and again. */
const rememberedMax = 1000
const known = new Map<string, Found>()

/** Null for an unknown path. */
export function readPath(url: string): Found | null {
  const query = url.indexOf('?')
  const path = query === -1 ? url : url.slice(0, query)
  const remembered = known.get(path)
  if (remembered) return remembered
  const found = parsePath(path)
  if (found && known.size < rememberedMax) known.set(path, found)
  return found
}

function parsePath(path: string): Found | null {
  const segments = decodeSegments(path)
  if (!segments) return null
  const [first, ...rest] = segments
  if (first === 'v2') return readV2(rest)
  if (first === 'v1' && rest[0] === 'models') return readV1(rest.slice(1))
  if (first === 'v1' && rest[0] === 'feedback' && rest.length === 1)
    return { path: { kind: 'v1-feedback' }, method: 'POST' }
  if (first === 'v1' && rest[0] === 'embeddings' && rest.length === 1)
    return { path: { kind: 'v1-embeddings' }, method: 'POST' }
  if (first === 'metrics' && rest.length === 0) return { path: { kind: 'metrics' }, method: 'GET' }
  return null
}

function decodeSegments(path: string): string[] | null {
  if (!path.startsWith('/')) return null
  const parts = path.slice(1).split('/')
  if (parts.at(-1) === '') parts.pop() // "/v2/" is "/v2"
  if (parts.length > 8) return null
  try {
    return parts.map(decodeURIComponent)
  } catch {
    return null
  }
}

function readV2(segments: string[]): Found | null {
  const [section, name, ...rest] = segments
  if (section === undefined) return { path: { kind: 'server' }, method: 'GET' }
  if (section === 'health' && rest.length === 0 && (name === 'live' || name === 'ready')) {
    return { path: { kind: name }, method: 'GET' }
  }
  if (section === 'repository') return readRepository(segments.slice(1))
  if (section === 'models' && name === 'stats' && rest.length === 0)
    return { path: { kind: 'v2-statistics', endpoint: null, version: null }, method: 'GET' }
  if (section !== 'models' || !name) return null
  const versioned = rest[0] === 'versions' && rest[1] !== undefined
  const version = versioned ? (rest[1] ?? null) : null
  const [action, extra] = versioned ? rest.slice(2) : rest
  if (extra !== undefined) return null
  if (action === undefined) return { path: { kind: 'v2-model', endpoint: name, version }, method: 'GET' }
  if (action === 'ready') return { path: { kind: 'v2-ready', endpoint: name, version }, method: 'GET' }
  if (action === 'config') return { path: { kind: 'v2-config', endpoint: name, version }, method: 'GET' }
  if (action === 'stats') return { path: { kind: 'v2-statistics', endpoint: name, version }, method: 'GET' }
  if (action === 'infer') return { path: { kind: 'v2-infer', endpoint: name, version }, method: 'POST' }
  return null
}

/** The name of a repository may stand before the rest: there is one, so any name means it. */
function readRepository(segments: string[]): Found | null {
  const named = segments.length === 2 && segments[1] === 'index'
  const [section, endpoint, action, extra] = named ? segments.slice(1) : segments
  if (section === 'index' && endpoint === undefined) return { path: { kind: 'v2-index' }, method: 'POST' }
  if (section !== 'models' || !endpoint || extra !== undefined) return null
  if (action === 'load') return { path: { kind: 'v2-load', endpoint }, method: 'POST' }
  if (action === 'unload') return { path: { kind: 'v2-unload', endpoint }, method: 'POST' }
  return null
}

function readV1(segments: string[]): Found | null {
  const [name, action, extra] = segments
  if (name === undefined) return { path: { kind: 'models' }, method: 'GET' }
  if (action === undefined) return { path: { kind: 'v1-model', name }, method: 'GET' }
  if ((action !== 'predict' && action !== 'inference') || extra !== undefined) return null
  const [model, reference] = splitReference(name)
  return { path: { kind: 'v1-predict', model, reference }, method: 'POST' }
}

/** model@reference; null where there is no reference. */
export function splitReference(name: string): [name: string, reference: string | null] {
  const at = name.indexOf('@')
  return at === -1 ? [name, null] : [name.slice(0, at), name.slice(at + 1)]
}
