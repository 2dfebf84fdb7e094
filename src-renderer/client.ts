/**
 * The typed client of the node's API. It always speaks to the origin that served the page: http(s) in a browser,
 * app://outpost on the desktop.
 */
import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { createClient } from '../src-main/contract/api/client.ts'

export const apiUrl = `${window.location.origin}/api`

export const client = createClient({ url: apiUrl })
export const orpc = createTanstackQueryUtils(client)
