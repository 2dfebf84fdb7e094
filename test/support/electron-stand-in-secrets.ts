/** Electron's safeStorage, its asynchronous half: sealed with a key that stays the same, as the system's would. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { standIn } from './electron-stand-in-state.ts'

const storageKey = scryptSync('a key that the system would keep', 'stand-in', 32)

export const safeStorage = {
  isAsyncEncryptionAvailable: async () => standIn.storageAvailable,
  getSelectedStorageBackend: () => standIn.storageBackend,
  encryptStringAsync: async (text: string) => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', storageKey, nonce)
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  },
  decryptStringAsync: async (sealed: Buffer) => {
    const decipher = createDecipheriv('aes-256-gcm', storageKey, sealed.subarray(0, 12))
    decipher.setAuthTag(sealed.subarray(-16))
    const result = decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')
    return { result, shouldReEncrypt: false }
  },
}
