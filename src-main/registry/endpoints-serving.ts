/** The endpoints that serve a version, as their primary or beside it. */

import type { NodeReader } from '../store/sqlite.ts'
import { endpointIdsBeside } from '../store/tables/endpoint-targets.ts'
import { endpointsOfVersion, findEndpointById, type StoredEndpoint } from '../store/tables/endpoints.ts'

/** `versionId` of each is the version that was asked for, which may not be the endpoint's primary. */
export function endpointsServing(db: NodeReader, versionId: string): StoredEndpoint[] {
  const beside = endpointIdsBeside(db, versionId).map((id) => findEndpointById(db, id))
  return [...endpointsOfVersion(db, versionId), ...beside.filter((endpoint) => endpoint !== null)].map(
    (endpoint) => ({ ...endpoint, versionId }),
  )
}
