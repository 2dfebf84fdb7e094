/** The type of one model as the API gives it. */
import type { z } from 'zod'
import type { modelDetail } from '../../../src-main/contract/views.ts'

export type ModelDetail = z.infer<typeof modelDetail>
