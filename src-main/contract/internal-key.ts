/** Control's own key at the serving door, which says for whom control asks: the record of a call names that. */
import { z } from 'zod'

export const asker = z.enum(['playground', 'command-line'])
export type Asker = z.infer<typeof asker>

/** Only control knows what it begins with. */
export const internalKeyOf = (internalKey: string, from: Asker): string => `${internalKey}.${from}`
