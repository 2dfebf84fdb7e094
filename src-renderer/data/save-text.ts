/** Saves a text that is in the page as a file of the person's choice, by the browser's own download. */
export function saveText(name: string, text: string, type = 'application/x-pem-file'): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  URL.revokeObjectURL(address)
}

/** A signed document: compact JWS, which is text. */
export interface SignedFile {
  fileName: string
  document: string
}

export const saveDocument = ({ fileName, document }: SignedFile): void =>
  saveText(fileName, document, 'application/jose')
