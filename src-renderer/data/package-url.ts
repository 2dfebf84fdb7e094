/** Where the package of a version is downloaded from: the same signed bytes that another node imports. */
import type { VersionRow } from '../../src-main/contract/views.ts'
import { apiUrl } from '../client.ts'

export const packageUrl = ({ model, version }: Pick<VersionRow, 'model' | 'version'>): string =>
  `${apiUrl}/packages/${encodeURIComponent(model)}/${encodeURIComponent(version)}`

/** The folder of a draft, as `outpost pack` takes it. */
export const draftFolderUrl = (id: string): string => `${apiUrl}/drafts/${encodeURIComponent(id)}/folder`

/** What was sealed just now; it is handed out once. */
export const sealedPackageUrl = (keyId: string): string =>
  `${apiUrl}/sealed-packages/${encodeURIComponent(keyId)}`
